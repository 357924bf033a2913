import type { CommandError } from "../../bridge";

export type AttachField = "server" | "pin" | "token" | "device_name";
export type AttachForm = Record<AttachField, string>;

const FIELDS: readonly AttachField[] = ["server", "pin", "token", "device_name"];

export const EMPTY: AttachForm = { server: "", pin: "", token: "", device_name: "" };

/** What is plainly wrong before the program is asked; the program decides. */
export function attachProblems(form: AttachForm): AttachField[] {
  const server = form.server.trim().replace(/^https:\/\//, "");
  const digits = form.pin.replace(/[\s:-]/g, "");
  const wrong: Record<AttachField, boolean> = {
    server: !/^[\w.:[\]-]+\/?$/.test(server),
    pin: !/^[0-9a-f]{64}$/i.test(digits),
    token: form.token.trim() === "",
    device_name: form.device_name.trim() === "",
  };
  return FIELDS.filter((field) => wrong[field]);
}

/** The field that the program names, where the form has it. A certificate that does not fit is a matter of the pin, but the words for it are longer than a field. */
export function fieldOfError(error: CommandError | null): AttachField | null {
  return FIELDS.find((field) => field === error?.field) ?? null;
}
