import { expect, test, vi } from "vitest";
import { all, mark, see, withPage } from "./page";

window.history.replaceState(null, "", "/?sync=up_to_date");
const program = await import("./transport");
vi.mock("../src/bridge/transport", () => import("./transport"));
const { App } = await import("../src/app/App");
withPage(App, program);

/** To the page of the keys, by its shortcut. */
async function toKeys() {
  await see(mark("sync-line"));
  await vi.waitFor(
    () => {
      document.body.dispatchEvent(
        new KeyboardEvent("keydown", { key: "k", code: "KeyK", altKey: true, bubbles: true }),
      );
      expect(all(mark("recovery-new"))).not.toHaveLength(0);
    },
    { timeout: 10_000, interval: 200 },
  );
}

/** Types into a field as a person does, so that React hears of it. */
function type(field: HTMLElement, text: string) {
  const prototype = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
  Object.getOwnPropertyDescriptor(prototype.prototype, "value")?.set?.call(field, text);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

test("a recovery key counts only when parts of it were typed again", { timeout: 30_000 }, async () => {
  await toKeys();
  (await see(mark("recovery-new"))).click();
  (await see(mark("recovery-show"))).click();
  const sheet = await see(mark("recovery-sheet-1"));
  expect(sheet.querySelectorAll("li")).toHaveLength(24);
  (await see(mark("recovery-written"))).click();
  const prove = (await see(mark("recovery-prove"))) as HTMLButtonElement;
  expect(all(mark("recovery-sheet-1"))).toHaveLength(0);
  expect(prove.disabled).toBe(true);
  for (let at = 1; at <= 4; at += 1) type(await see(mark(`recovery-answer-${at}`)), "ocean");
  await vi.waitFor(() => expect(prove.disabled).toBe(false));
  prove.click();
  await see(mark("recovery-report"));
  (await see(mark("recovery-done"))).click();
  expect((await see(mark("recovery-paper"))).textContent).toBe("7K3M-9QXR");
});

test("what is wrong with a paper is said", { timeout: 30_000 }, async () => {
  await toKeys();
  (await see(mark("recovery-check"))).click();
  type(await see(mark("recovery-typed-1")), "zoo");
  const submit = (await see(mark("recovery-check-submit"))) as HTMLButtonElement;
  await vi.waitFor(() => expect(submit.disabled).toBe(false));
  submit.click();
  expect((await see(mark("recovery-fault"))).textContent).toBe("1 words were typed; there are 24.");
});
