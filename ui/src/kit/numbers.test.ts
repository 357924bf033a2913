import { expect, test } from "vitest";
import { showBytes, showClock, showCount, tidyNumber } from "./numbers";

test.each([
  [".5", "0.5"],
  ["5.0", "5"],
  ["5.00 mg", "5 mg"],
  ["0.50", "0.5"],
  ["-.25", "-0.25"],
  ["<.5", "<0.5"],
  [">= 10.0", ">= 10"],
  ["120", "120"],
  ["100", "100"],
  ["10.10", "10.1"],
  ["120/80", "120/80"],
  ["1.2.3", "1.2.3"],
  ["3.4.1980", "3.4.1980"],
  ["1.50e3", "1.50e3"],
  ["Former smoker", "Former smoker"],
  ["", ""],
])("%s is shown as %s", (text, shown) => expect(tidyNumber(text)).toBe(shown));

test("sizes, counts and clocks", () => {
  expect(showBytes(0)).toBe("0 B");
  expect(showBytes(1536)).toBe("1.5 KiB");
  expect(showBytes(183_500_800)).toBe("175 MiB");
  expect(showBytes(1024 ** 5)).toBe("1024 TiB");
  expect(showCount(1234567, "de")).toBe("1.234.567");
  expect(showClock(7)).toBe("0:07");
  expect(showClock(750)).toBe("12:30");
  expect(showClock(-3)).toBe("0:00");
});
