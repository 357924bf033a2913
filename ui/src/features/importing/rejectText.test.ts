import { expect, test } from "vitest";
import { asTable } from "./rejectText";

test("one line for each reject, safe for a spreadsheet", () => {
  const table = asTable([
    { file: "=cmd()|a.json", index: 3, resource_type: null, element: "Patient.name", reason: "tab\there\nand line" },
  ]);
  expect(table).toBe(
    "file\tindex\tresource_type\telement\treason\n'=cmd()|a.json\t3\t\tPatient.name\ttab here and line",
  );
});
