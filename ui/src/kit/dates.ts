// A birth date is a calendar date, whole or partial, and is never moved by a
// time zone. An instant is milliseconds and is shown in the zone of this machine.

/** Year, month 1-12 and day as far as they are known. */
export interface PartialDate {
  year: number;
  month: number | null;
  day: number | null;
}

export type DateOrder = "day_first" | "month_first";

const MONTHS: Record<string, readonly string[]> = {
  en: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
  de: ["Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"],
};

const OLDEST_YEAR = 1850;

/** Which of day and month comes first where people write `03/04/1980`. */
export function dateOrder(region: string): DateOrder {
  return region === "US" || region === "FM" || region === "PW" ? "month_first" : "day_first";
}

/** Shows `1980`, `1980-04` or `1980-04-03` (an instant's date part too) as 1980, Apr-1980 or 03-Apr-1980. */
export function showDate(iso: string | null | undefined, language: string): string | null {
  const date = iso ? readIso(iso) : null;
  if (!date) return null;
  const month = date.month === null ? null : monthName(date.month, language);
  if (month === null) return String(date.year).padStart(4, "0");
  const tail = `${month}-${String(date.year).padStart(4, "0")}`;
  return date.day === null ? tail : `${String(date.day).padStart(2, "0")}-${tail}`;
}

/** Shows the day of an instant as 03-Apr-2026 in the zone of this machine. */
export function showDay(atMs: number, language: string): string {
  return showInstant(atMs, language).split(" ")[0] ?? "";
}

/** Shows an instant as 03-Apr-2026 14:05 in the zone of this machine. */
export function showInstant(atMs: number, language: string): string {
  const at = new Date(atMs);
  if (Number.isNaN(at.getTime())) return "";
  const day = String(at.getDate()).padStart(2, "0");
  return `${day}-${monthName(at.getMonth() + 1, language)}-${at.getFullYear()} ${showTime(atMs)}`;
}

/** Shows an instant of today as 14:05, any other one with its date. */
export function showMoment(atMs: number, language: string, nowMs: number = Date.now()): string {
  const today = new Date(atMs).toDateString() === new Date(nowMs).toDateString();
  return today ? showTime(atMs) : showInstant(atMs, language);
}

/** Shows the 24-hour time of an instant. */
export function showTime(atMs: number): string {
  const at = new Date(atMs);
  return `${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;
}

/** Shows a FHIR date or date-time: its calendar date, and its own wall time where it has one. */
export function showWhen(iso: string | null, language: string): string | null {
  const date = showDate(iso, language);
  const time = iso?.match(/T(\d\d:\d\d)/)?.[1];
  return date && time ? `${date} ${time}` : date;
}

export function readIso(text: string): PartialDate | null {
  const found = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T.*)?$/.exec(text.trim());
  if (!found) return null;
  return checked(Number(found[1]), found[2] ? Number(found[2]) : null, found[3] ? Number(found[3]) : null);
}

export function toIso(date: PartialDate): string {
  const year = String(date.year).padStart(4, "0");
  if (date.month === null) return year;
  const month = `${year}-${String(date.month).padStart(2, "0")}`;
  return date.day === null ? month : `${month}-${String(date.day).padStart(2, "0")}`;
}

/**
 * Reads a date as a person types it: `3.4.1980`, `03/04/1980`, `3 apr 80`,
 * `April 1980`, `04/1980`, `1980`, `03041980`, `1980-04-03`. Null when it is no
 * date or lies after today.
 */
export function readTyped(text: string, order: DateOrder, today: PartialDate): PartialDate | null {
  const date = interpret(text.trim(), order, today.year);
  if (!date || date.year < OLDEST_YEAR || toIso(date) > toIso(today).slice(0, toIso(date).length)) return null;
  return date;
}

export function todayAsDate(now: Date = new Date()): PartialDate {
  return { year: now.getFullYear(), month: now.getMonth() + 1, day: now.getDate() };
}

/** Whole years between a birth date and today; null while the year leaves it open by more than a year. */
export function yearsBetween(birth: PartialDate, today: PartialDate): number {
  const years = today.year - birth.year;
  if (birth.month === null || today.month === null) return years;
  const before = today.month < birth.month || (today.month === birth.month && (today.day ?? 31) < (birth.day ?? 1));
  return before ? years - 1 : years;
}

function interpret(text: string, order: DateOrder, thisYear: number): PartialDate | null {
  if (/^\d{4}-\d{1,2}(-\d{1,2})?$/.test(text)) {
    const [year, month, day] = text.split("-").map(Number);
    return checked(year ?? 0, month ?? null, day ?? null);
  }
  if (/^\d{4}$/.test(text)) return checked(Number(text), null, null);
  if (/^\d{8}$/.test(text)) return digitsOnly(text, order);
  // Dots are written with the day first everywhere, slashes as the region has them.
  const used = text.includes(".") ? "day_first" : order;
  const parts = text.split(/[\s./,-]+/).filter((part) => part !== "");
  if (parts.length < 2 || parts.length > 3) return null;
  const named = parts.findIndex((part) => monthByName(part) !== null);
  return named >= 0 ? withMonthName(parts, named, thisYear) : numbersOnly(parts, used, thisYear);
}

function digitsOnly(text: string, order: DateOrder): PartialDate | null {
  const [first, second, year] = [Number(text.slice(0, 2)), Number(text.slice(2, 4)), Number(text.slice(4))];
  const [day, month] = order === "day_first" ? [first, second] : [second, first];
  return (
    checked(year, month, day) ?? checked(Number(text.slice(0, 4)), Number(text.slice(4, 6)), Number(text.slice(6)))
  );
}

function withMonthName(parts: string[], named: number, thisYear: number): PartialDate | null {
  const month = monthByName(parts[named] ?? "");
  const rest = parts.filter((_, index) => index !== named);
  if (rest.some((part) => !/^\d{1,4}$/.test(part))) return null;
  if (rest.length === 1) return /^\d{4}$/.test(rest[0] ?? "") ? checked(Number(rest[0]), month, null) : null;
  const [first = "", last = ""] = rest;
  return first.length === 4
    ? checked(Number(first), month, Number(last))
    : checked(fullYear(last, thisYear), month, Number(first));
}

function numbersOnly(parts: string[], order: DateOrder, thisYear: number): PartialDate | null {
  if (parts.some((part) => !/^\d{1,4}$/.test(part))) return null;
  const [first = "", second = "", third = ""] = parts;
  if (first.length === 4) return checked(Number(first), Number(second), third === "" ? null : Number(third));
  if (third === "") return second.length === 4 ? checked(Number(second), Number(first), null) : null;
  const [day, month] = order === "day_first" ? [first, second] : [second, first];
  return checked(fullYear(third, thisYear), Number(month), Number(day));
}

/** Two digits mean the latest such year that is not in the future. */
function fullYear(text: string, thisYear: number): number {
  const value = Number(text);
  if (text.length > 2) return value;
  const century = Math.floor(thisYear / 100) * 100;
  return century + value <= thisYear ? century + value : century - 100 + value;
}

function checked(year: number, month: number | null, day: number | null): PartialDate | null {
  if (!Number.isInteger(year) || year < 1 || year > 9999) return null;
  if (month === null) return { year, month: null, day: null };
  if (month < 1 || month > 12) return null;
  if (day === null) return { year, month, day: null };
  const last = new Date(Date.UTC(2000, month, 0)).getUTCDate();
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const most = month === 2 && !leap ? 28 : last;
  return day >= 1 && day <= most ? { year, month, day } : null;
}

function monthName(month: number, language: string): string {
  const names = MONTHS[language] ?? MONTHS["en"];
  return names?.[month - 1] ?? "";
}

const LONG: readonly (readonly string[])[] = [
  ["january", "januar", "jänner"],
  ["february", "februar"],
  ["march", "märz", "mrz", "maerz"],
  ["april"],
  ["may", "mai"],
  ["june", "juni"],
  ["july", "juli"],
  ["august"],
  ["september", "sept"],
  ["october", "oktober"],
  ["november"],
  ["december", "dezember"],
];

function monthByName(text: string): number | null {
  const word = text.toLowerCase().replace(/\.$/, "");
  if (!/^\p{L}{3,}$/u.test(word)) return null;
  const index = LONG.findIndex((names) =>
    names.some((name) => name === word || (name.startsWith(word) && word.length >= 3)),
  );
  return index >= 0 ? index + 1 : null;
}
