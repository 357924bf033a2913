/** One value at a time. */
export interface Sample {
  atMs: number;
  value: number;
}

export interface Range {
  low: number;
  high: number;
}

/** Times of a FHIR date or date-time; a date without a time counts as its noon, so that zones cannot move it. */
export function timeOf(at: string): number | null {
  const whole = /^\d{4}$/.test(at) ? `${at}-07-01` : /^\d{4}-\d{2}$/.test(at) ? `${at}-15` : at;
  const ms = Date.parse(whole.includes("T") ? whole : `${whole}T12:00:00`);
  return Number.isNaN(ms) ? null : ms;
}

/** A range that holds all values with a little air; never without height. */
export function rangeOf(values: readonly number[]): Range {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const air = high > low ? (high - low) * 0.08 : Math.max(Math.abs(high) * 0.1, 1);
  return { low: low - air, high: high + air };
}

/** Round marks inside a range, three to six of them. */
export function marks(range: Range): number[] {
  const rough = (range.high - range.low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((part) => part * power).find((size) => size >= rough) ?? power * 10;
  const found: number[] = [];
  for (let at = Math.ceil(range.low / step) * step; at <= range.high + step * 1e-9; at += step) {
    found.push(Number(at.toPrecision(12)));
  }
  return found;
}

/** Places samples, oldest first, into a box of this size. */
export function place(
  samples: readonly Sample[],
  range: Range,
  width: number,
  height: number,
): { x: number; y: number }[] {
  const first = samples[0]?.atMs ?? 0;
  const span = (samples.at(-1)?.atMs ?? first) - first;
  return samples.map(({ atMs, value }) => ({
    x: span === 0 ? width / 2 : ((atMs - first) / span) * width,
    y: height - ((value - range.low) / (range.high - range.low)) * height,
  }));
}
