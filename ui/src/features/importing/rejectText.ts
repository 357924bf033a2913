import type { ImportReject } from "../../bridge";

/** The rejects as lines with tabs, which every spreadsheet takes. */
export function asTable(rejects: readonly ImportReject[]): string {
  const head = ["file", "index", "resource_type", "element", "reason"];
  const lines = rejects.map((one) => [
    one.file,
    String(one.index),
    one.resource_type ?? "",
    one.element ?? "",
    one.reason,
  ]);
  return [head, ...lines].map((cells) => cells.map(plain).join("\t")).join("\n");
}

/** One cell: no tab or line break, and nothing that a spreadsheet would take for a formula. */
function plain(text: string): string {
  const flat = text.replace(/[\t\r\n]+/g, " ");
  return /^[=+\-@]/.test(flat) ? `'${flat}` : flat;
}
