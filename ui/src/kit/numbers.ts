/** `0.5`, never `.5` or `5.0`: trailing zeros and missing leading zeros have led to tenfold doses. */
export function tidyNumber(text: string): string {
  const found = /^([<>]=?\s*)?([+-]?)(\d*)(?:\.(\d+))?(.*)$/s.exec(text.trim());
  if (!found || (!found[3] && !found[4])) return text.trim();
  const [, sign = "", minus = "", whole = "", part = "", rest = ""] = found;
  // A second dot means a version, a code or a date: leave it as it came.
  if (/^[.\d]/.test(rest) || /[eE]/.test(rest.charAt(0))) return text.trim();
  const kept = part.replace(/0+$/, "");
  return `${sign}${minus}${whole === "" ? "0" : whole}${kept === "" ? "" : `.${kept}`}${rest}`;
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** A size for people: 12 B, 3.4 MiB. */
export function showBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? value.toFixed(0) : value.toFixed(1);
  return `${tidyNumber(digits)} ${UNITS[unit]}`;
}

/** A whole number with the separators of the language. */
export function showCount(count: number, language: string): string {
  return new Intl.NumberFormat(language).format(count);
}

/** Seconds as 0:07 or 12:30. */
export function showClock(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
