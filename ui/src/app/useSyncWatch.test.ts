import { expect, test } from "vitest";
import { isShared } from "./useSyncWatch";

test("what another device may have changed is asked for again", () => {
  for (const name of ["patient_search", "chart_labs", "note_list", "conflict_list", "device_list"]) {
    expect(isShared([name, {}]), name).toBe(true);
  }
});

test("openings, which are written down, and what a person is typing stay", () => {
  for (const name of ["patient_open", "note_draft_get", "sync_status", "settings_get", "audit_list"]) {
    expect(isShared([name, {}]), name).toBe(false);
  }
  expect(isShared([])).toBe(false);
});
