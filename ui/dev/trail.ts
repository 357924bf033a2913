// WARDKEEP-SAMPLE-DATA: what the made-up program says of the audit trail.
// ?trail=broken|empty
import type { Accounting, DeviceVerdict, EntryName, EntryValues, TrailEntryRow, Viewers } from "../src/bridge";
import { rows } from "./people";

const START = 1_763_712_000_000;
const DAY = 86_400_000;
const PEOPLE = ["Dr. Miriam Sander", "Aylin Yilmaz", "Jonas Petersen"];
const DEVICES = ["Empfang links", "Behandlung 2", "Altes Laptop"];
const ACTIONS = ["view", "edit", "unlock", "search_open", "unlock_failed", "export", "note"];
const TOTAL = 260;

const nameOf = (index: number) => `${rows[index % 9]?.family}, ${rows[index % 9]?.given}`;

function entry(index: number): TrailEntryRow {
  const action = ACTIONS[index % ACTIONS.length] ?? "view";
  const about = !["unlock", "unlock_failed"].includes(action);
  return {
    n: 900 - index,
    at_ms: START - index * 640_000,
    device: `d${index % 3}`,
    device_name: DEVICES[index % 3] ?? "",
    user_id: `u${(index % 3) + 1}`,
    user: action === "unlock_failed" ? null : (PEOPLE[index % 3] ?? null),
    action,
    patient: about ? (rows[index % 9]?.id ?? null) : null,
    patient_name: about ? nameOf(index) : null,
    detail:
      action === "edit"
        ? '{"fields":["telecom","address"]}'
        : action === "export"
          ? '{"to":"file","recipient":"Klinikum Nord, Hafenstraße 1","purpose":"treatment","bytes":184022}'
          : null,
    withheld: action === "note",
    values: action === "edit",
    compartment: action === "note" || action === "export" ? "clinical" : "office",
    cursor: TOTAL - index,
  };
}

const verdict = (at: number, part: Partial<DeviceVerdict>): DeviceVerdict => ({
  device: `d${at}`,
  name: DEVICES[at] ?? "",
  entries: 4_812 - at * 1_200,
  last_ms: START - at * DAY,
  ok: true,
  problems: [],
  ...part,
});

export function trailFor(asked: URLSearchParams): Record<string, (input: never) => unknown> {
  const kind = asked.get("trail");
  const all = kind === "empty" ? [] : Array.from({ length: TOTAL }, (_, index) => entry(index));
  return {
    audit_trail: (input: {
      actions: string[];
      device: string | null;
      patient: string | null;
      before: number | null;
      limit: number;
    }) =>
      all
        .filter((row) => input.actions.length === 0 || input.actions.includes(row.action))
        .filter((row) => input.patient === null || row.patient === input.patient)
        .filter((row) => input.before === null || row.cursor < input.before)
        .slice(0, input.limit),
    audit_trail_verify: (): DeviceVerdict[] =>
      kind === "broken"
        ? [
            verdict(0, {}),
            verdict(1, {
              ok: false,
              problems: [
                { compartment: "office", n: 817, wrong: "missing" },
                { compartment: "office", n: 902, wrong: "altered" },
                { compartment: "clinical", n: 64, wrong: "rewritten" },
                { compartment: "office", n: 12, wrong: "segment_gone" },
              ],
            }),
            verdict(2, { entries: 0, last_ms: null }),
          ]
        : [verdict(0, {}), verdict(1, {}), verdict(2, { entries: 0, last_ms: null })],
    audit_values: ({ entries }: { entries: EntryName[] }): EntryValues[] =>
      entries.map((name) => ({
        entry: name,
        state: name.n % 3 === 0 ? "not_here" : "known",
        changes:
          name.n % 3 === 0
            ? []
            : [
                {
                  field: "telecom",
                  item: 4112,
                  before: ['{"system":"phone","use":"mobile","value":"+49 170 1234567"}'],
                  before_missing: false,
                  after: '{"system":"phone","use":"mobile","value":"+49 170 7654321"}',
                },
                { field: "birthDate", item: null, before: [], before_missing: true, after: '"1958-03-04"' },
                {
                  field: "extension:frontDeskNote",
                  item: null,
                  before: ['"braucht Dolmetscher"'],
                  before_missing: false,
                  after: null,
                },
              ],
      })),
    audit_export: () => ({ entries: all.length, bytes: 41_020 }),
    audit_viewers: ({ patient }: { patient: string }): Viewers => ({
      patient,
      patient_name: nameOf(0),
      rows:
        kind === "empty"
          ? []
          : PEOPLE.map((name, at) => ({
              user: `u${at + 1}`,
              name,
              devices: DEVICES.slice(0, 3 - at),
              looked: 41 - at * 13,
              changed: at === 2 ? 0 : 6 - at,
              gave_out: at === 0 ? 1 : 0,
              first_ms: START - (60 - at) * DAY,
              last_ms: START - at * 3 * DAY,
            })),
      more: false,
      known_from_ms: kind === "empty" ? null : START - 90 * DAY,
    }),
    audit_disclosures: ({ patient }: { patient: string }): Accounting => ({
      patient,
      patient_name: nameOf(0),
      from_ms: START - 2_192 * DAY,
      until_ms: START,
      rows:
        kind === "empty"
          ? []
          : [
              {
                at_ms: START - 4 * DAY,
                recipient: "Klinikum Nord, Hafenstraße 1",
                given: "record",
                record: patient,
                purpose: "treatment",
                must_account: false,
                user: PEOPLE[0] ?? null,
                device_name: DEVICES[1] ?? "",
              },
              {
                at_ms: START - 40 * DAY,
                recipient: null,
                given: "document",
                record: "doc1",
                purpose: null,
                must_account: true,
                user: PEOPLE[1] ?? null,
                device_name: DEVICES[0] ?? "",
              },
            ],
      more: false,
      known_from_ms: START - 90 * DAY,
    }),
  };
}
