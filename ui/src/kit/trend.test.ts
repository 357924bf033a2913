import { expect, test } from "vitest";
import { marks, place, rangeOf, timeOf } from "./trend";

test("a range always has height", () => {
  for (const values of [[5], [0], [-3, -3], [1, 2]]) {
    const { low, high } = rangeOf(values);
    expect(high).toBeGreaterThan(low);
  }
});

test("marks are round and inside", () => {
  expect(marks({ low: 88, high: 162 })).toEqual([100, 120, 140, 160]);
  expect(marks({ low: 0.58, high: 1.37 })).toEqual([0.6, 0.8, 1, 1.2]);
  for (const mark of marks({ low: -1e-7, high: 1e-7 })) expect(Math.abs(mark)).toBeLessThanOrEqual(1.001e-7);
});

test("samples keep their order and stay in the box", () => {
  const points = place(
    [
      { atMs: 0, value: 1 },
      { atMs: 10, value: 3 },
    ],
    { low: 1, high: 3 },
    100,
    20,
  );
  expect(points).toEqual([
    { x: 0, y: 20 },
    { x: 100, y: 0 },
  ]);
  expect(place([{ atMs: 7, value: 2 }], { low: 1, high: 3 }, 100, 20)).toEqual([{ x: 50, y: 10 }]);
});

test("a time for any FHIR date", () => {
  expect(timeOf("2020-01-02T03:04:05Z")).toBe(Date.UTC(2020, 0, 2, 3, 4, 5));
  expect(timeOf("2020")).not.toBeNull();
  expect(timeOf("2020-05")).not.toBeNull();
  expect(timeOf("")).toBeNull();
});
