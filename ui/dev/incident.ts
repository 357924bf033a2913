// WARDKEEP-SAMPLE-DATA: what the made-up program says of a stolen laptop.
import type { IncidentView } from "../src/bridge";

const NOW = Date.now();
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

export const incident: IncidentView = {
  row: { id: 3, kind: "stolen", name: "Behandlung 2", opened_ms: NOW - 12 * MINUTE, closed_ms: null, left: 4 },
  devices: [
    {
      id: "d2",
      name: "Behandlung 2",
      this: false,
      people: ["Dr. Jonas Petersen", "Ayla Demir"],
      alone: false,
      since_ms: NOW - 210 * DAY,
      last_heard_ms: NOW - 95 * MINUTE,
      unsent: { at_ms: NOW - 190 * MINUTE, changes: 3, files: 1 },
      wipe: {
        state: "delivered",
        ordered_ms: NOW - 11 * MINUTE,
        ordered_by: "Dr. Miriam Sander",
        may_confirm: false,
        post_unsent: true,
        delivered_ms: NOW - 2 * MINUTE,
        confirmed_ms: null,
        heard_ms: NOW - 2 * MINUTE,
        lease_ends_ms: NOW + 9 * DAY,
      },
      segments: 812,
      revoked: true,
    },
  ],
  could_read: ["office", "clinical"],
  patients: 4211,
  steps: [
    { step: "wipe", state: "waiting", at_ms: NOW - 11 * MINUTE, error: null },
    { step: "revoke", state: "done", at_ms: NOW - 10 * MINUTE, error: null },
    { step: "epochs", state: "waiting", at_ms: NOW - 10 * MINUTE, error: null },
    { step: "vault_keys", state: "failed", at_ms: NOW - 8 * MINUTE, error: "disk_full" },
    { step: "viewed", state: "todo", at_ms: null, error: null },
    { step: "evidence", state: "todo", at_ms: null, error: null },
  ],
  viewed: [
    {
      n: 71,
      at_ms: NOW - 100 * MINUTE,
      device: "d2",
      device_name: "Behandlung 2",
      user_id: "u2",
      user: "Ayla Demir",
      action: "search_open",
      patient: null,
      patient_name: "MEYER, Hanna",
      detail: null,
      withheld: false,
      values: false,
      compartment: "office",
      cursor: 71,
    },
  ],
  viewed_days: 14,
  viewed_more: false,
  viewed_known_from_ms: NOW - 3 * DAY,
  evidence_file: null,
  evidence_hash: null,
};
