import { expect, test } from "vitest";
import { EVERYTHING, GROUPS, toWhich } from "./filter";

const today = { year: 2026, month: 11, day: 30 };
const which = (part: Partial<typeof EVERYTHING>) => toWhich({ ...EVERYTHING, ...part }, "day_first", today);

test("nothing asked narrows nothing", () => {
  expect(which({})).toEqual({
    user: null,
    device: null,
    patient: null,
    actions: [],
    from_ms: null,
    until_ms: null,
  });
});

test("a day, a month and a year are whole", () => {
  const at = (year: number, month: number, day: number) => new Date(year, month - 1, day).getTime();
  expect(which({ from: "3.4.2026", until: "3.4.2026" })).toMatchObject({
    from_ms: at(2026, 4, 3),
    until_ms: at(2026, 4, 4),
  });
  expect(which({ from: "Apr 2026", until: "12/2025" })).toMatchObject({
    from_ms: at(2026, 4, 1),
    until_ms: at(2026, 1, 1),
  });
  expect(which({ from: "2026", until: "2025" })).toMatchObject({ from_ms: at(2026, 1, 1), until_ms: at(2026, 1, 1) });
});

test("what is no day asks nothing", () => {
  expect(which({ from: "32.1.2026" })).toBeNull();
  expect(which({ until: "tomorrow" })).toBeNull();
});

test("a group is its actions, an action is itself", () => {
  expect(which({ kind: "looks" })?.actions).toEqual(GROUPS["looks"]?.actions);
  expect(which({ kind: "rotate" })?.actions).toEqual(["rotate"]);
});
