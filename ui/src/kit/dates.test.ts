import { describe, expect, test } from "vitest";
import { dateOrder, readTyped, showDate, showInstant, showWhen, toIso, yearsBetween } from "./dates";

const today = { year: 2026, month: 11, day: 21 };
const read = (text: string, order: "day_first" | "month_first" = "day_first") => {
  const date = readTyped(text, order, today);
  return date ? toIso(date) : null;
};

describe("a date as people type it", () => {
  test.each([
    ["3.4.1980", "1980-04-03"],
    ["03/04/1980", "1980-04-03"],
    ["3 4 80", "1980-04-03"],
    ["03041980", "1980-04-03"],
    ["19800403", "1980-04-03"],
    ["1980-04-03", "1980-04-03"],
    ["1980-4-3", "1980-04-03"],
    ["3 apr 1980", "1980-04-03"],
    ["3-Apr-1980", "1980-04-03"],
    ["April 3, 1980", "1980-04-03"],
    ["3. März 80", "1980-03-03"],
    ["03-Mär-1980", "1980-03-03"],
    ["1980 Dez 31", "1980-12-31"],
    ["April 1980", "1980-04"],
    ["04/1980", "1980-04"],
    ["1980-04", "1980-04"],
    ["1980", "1980"],
    ["29.2.2024", "2024-02-29"],
    ["1.1.26", "2026-01-01"],
    ["1.1.27", "1927-01-01"],
  ])("%s", (text, iso) => expect(read(text)).toBe(iso));

  test("month first where it is the custom", () => {
    expect(read("4/3/1980", "month_first")).toBe("1980-04-03");
    expect(read("3.4.1980", "month_first")).toBe("1980-04-03");
    expect(dateOrder("US")).toBe("month_first");
    expect(dateOrder("CH")).toBe("day_first");
  });

  test.each([
    "",
    "31.2.1980",
    "29.2.2023",
    "1.13.1980",
    "22.11.2026",
    "2027",
    "12-2026",
    "1849",
    "abc",
    "3.4",
    "1.2.3.4",
    "3 foo 1980",
  ])("%j is none", (text) => expect(read(text)).toBeNull());

  test("a partial date of this month is not in the future", () => {
    expect(read("11/2026")).toBe("2026-11");
    expect(read("2026")).toBe("2026");
  });
});

describe("a date as it is shown", () => {
  test("whole and in part", () => {
    expect(showDate("1980-04-03", "en")).toBe("03-Apr-1980");
    expect(showDate("1980-03", "de")).toBe("Mär-1980");
    expect(showDate("1980", "en")).toBe("1980");
  });

  test("a birth date is never moved by a time zone", () => {
    expect(showDate("1980-04-03T23:30:00-11:00", "en")).toBe("03-Apr-1980");
    expect(showWhen("2020-01-01T00:15:00+14:00", "en")).toBe("01-Jan-2020 00:15");
  });

  test.each([null, undefined, "", "soon", "1980-13", "1980-02-31"])("%j is none", (iso) =>
    expect(showDate(iso, "en")).toBeNull(),
  );

  test("what is shown can be typed again", () => {
    for (const language of ["en", "de"]) {
      for (let month = 1; month <= 12; month += 1) {
        const iso = `1999-${String(month).padStart(2, "0")}-07`;
        expect(read(showDate(iso, language) ?? "")).toBe(iso);
      }
    }
  });

  test("an instant with 24 hours", () => {
    expect(showInstant(new Date(2026, 2, 9, 17, 5).getTime(), "en")).toBe("09-Mar-2026 17:05");
  });
});

test("years count from the birthday", () => {
  expect(yearsBetween({ year: 1980, month: 11, day: 22 }, today)).toBe(45);
  expect(yearsBetween({ year: 1980, month: 11, day: 21 }, today)).toBe(46);
  expect(yearsBetween({ year: 1980, month: null, day: null }, today)).toBe(46);
});
