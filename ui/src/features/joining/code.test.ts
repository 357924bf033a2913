import { expect, test } from "vitest";
import { looksWhole } from "./code";

const whole = `wardkeep1${"qpzry9x8gf2tvdw0s3jn54khce6mua7l".repeat(3)}`;

test("a code is taken however it was copied", () => {
  expect(looksWhole(whole)).toBe(true);
  expect(looksWhole(whole.toUpperCase())).toBe(true);
  expect(looksWhole(` ${whole.slice(0, 30)}\r\n ${whole.slice(30)}\n`)).toBe(true);
});

test("what is none is told before anything is asked", () => {
  for (const text of ["", "wardkeep1", whole.slice(1), `${whole}b`, `${whole}!`, "https://clinic.example"]) {
    expect(looksWhole(text), text).toBe(false);
  }
});
