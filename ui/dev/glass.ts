// WARDKEEP-SAMPLE-DATA: restricted patients and broken glass, made up.
import type { GlassRow, OwnGlass } from "../src/bridge";
import { rows } from "./people";

const MINUTE = 60_000;
const asked = new URLSearchParams(window.location.search);

/** What the made-up program knows of restricted patients and broken glass. */
export function glassAnswers(): Record<string, (input: never) => unknown> {
  let mine: OwnGlass[] = [];
  const open = (patient: string, minutes: number): OwnGlass => ({
    patient,
    row: rows.find((row) => row.id === patient) ?? null,
    began_ms: Date.now(),
    until_ms: Date.now() + minutes * MINUTE,
    left_ms: minutes * MINUTE,
  });
  const time = (n: number, seen: boolean): GlassRow => ({
    id: `d1:${n}`,
    device: "d1",
    device_name: "Sprechzimmer 2",
    user: "Dr. Yilmaz",
    own: false,
    patient: "p3",
    row: rows[3] ?? null,
    why: "emergency",
    reason: "Bewusstlos in der Aufnahme, Medikamente unbekannt.",
    began_ms: 1_763_712_000_000 - n * 90 * MINUTE,
    until_ms: 1_763_712_000_000 - n * 90 * MINUTE + 60 * MINUTE,
    ended_ms: seen ? 1_763_712_000_000 - n * 90 * MINUTE + 20 * MINUTE : null,
    open: !seen,
    seen_by: seen ? ["M. Sander"] : [],
    seen,
  });
  let told = asked.get("glass") === "told" ? [time(1, false), time(40, true)] : [];
  return {
    glass_mine: () => mine,
    glass_break: ({ patient, minutes }: { patient: string; minutes: number }) => {
      mine = [open(patient, minutes)];
      return mine;
    },
    glass_end: () => {
      mine = [];
      return mine;
    },
    glass_list: () => told,
    glass_seen: ({ ids }: { ids: string[] }) => {
      told = told.map((row) => (ids.includes(row.id) ? { ...row, seen: true, seen_by: ["M. Sander"] } : row));
      return told;
    },
    restriction_people: () => [
      { id: "u1", name: "M. Sander" },
      { id: "u9", name: "Dr. Yilmaz" },
    ],
  };
}
