// WARDKEEP-SAMPLE-DATA: what the made-up program says of sync, devices, joining and conflicts.
// ?sync=offline|syncing|first|up_to_date|stale|alarm|revoked|joining&conflicts=1&requests=1&join=waiting
import type {
  ClinicPolicy,
  ConflictRow,
  DeviceRow,
  ErrorCode,
  JoinRequest,
  JoinView,
  KeyRow,
  Member,
  PatientRow,
  Posture,
  PostureReport,
  QuarantineChange,
  QuarantineRow,
  RecoveryReport,
  RecoverySheets,
  RecoveryStatus,
  SyncStatus,
  WipeView,
} from "../src/bridge";
import { incident } from "./incident";
import { rows } from "./people";

const NOW = Date.now();
const MINUTE = 60_000;
export const words = ["harbour", "velvet", "ocean", "picnic", "granite", "lantern"];

const reportOf = (said: Partial<Posture>, ago = 55, changed: PostureReport["changed"] = []): PostureReport => ({
  at_ms: NOW - ago * MINUTE,
  posture: {
    host: "praxis-hafen-03",
    os: "Debian GNU/Linux 12 (bookworm)",
    app: "0.1.0",
    keychain: "Secret Service",
    disk_encrypted: "yes",
    screen_locks: "yes",
    screen_lock_s: 300,
    users: ["u1"],
    unsent: 0,
    unsent_since_ms: null,
    unsent_files: 0,
    clock_offset_ms: 340,
    heard_ms: NOW - ago * MINUTE,
    lease_ends_ms: null,
    ...said,
  },
  people: ["Dr. Miriam Sander", "Aylin Yilmaz"],
  changed,
});

type Refuse = (code: ErrorCode, field: string | null) => never;

function statusFor(asked: URLSearchParams, conflicts: number): SyncStatus {
  const kind = asked.get("sync") ?? "alone";
  const state = (kind === "first" ? "syncing" : kind) as SyncStatus["state"];
  const attached = state !== "alone";
  const waits = ["offline", "stale", "alarm", "revoked", "syncing"].includes(kind);
  return {
    state,
    server: attached ? "sync.praxis-hafen.example:8443" : null,
    clinic: attached ? "5e0c71aa" : null,
    last_heard_ms: attached ? NOW - (state === "stale" ? 6 * 1440 : 42) * MINUTE : null,
    last_synced_ms: attached ? NOW - 43 * MINUTE : null,
    waiting: waits
      ? [
          { compartment: "office", changes: 11, oldest_ms: NOW - 40 * MINUTE },
          { compartment: "clinical", changes: 1, oldest_ms: NOW - 12 * MINUTE },
        ]
      : [],
    receiving: kind === "first" ? { what: "snapshot", done: 412, total: 1280 } : null,
    files: waits
      ? {
          sending: { files: 2, total: 10_485_760, done: 3_145_728 },
          fetching: { files: 1, total: 2_097_152, done: 0 },
          waiting: [{ device: "Behandlung 2", files: 1 }],
          damaged: 0,
        }
      : {
          sending: { files: 0, total: 0, done: 0 },
          fetching: { files: 0, total: 0, done: 0 },
          waiting: [],
          damaged: 0,
        },
    problems:
      state === "alarm"
        ? [
            { kind: "clock", device: null, at_ms: NOW - 3 * MINUTE, count: 1 },
            { kind: "divergence", device: "Behandlung 2", at_ms: NOW - 30 * MINUTE, count: 2 },
            { kind: "quarantined", device: "Altes Laptop", at_ms: NOW - 90 * MINUTE, count: 4 },
          ]
        : [],
    conflicts,
    retry_in_s: state === "offline" ? 23 : null,
    offline_since_ms: state === "offline" ? NOW - 42 * MINUTE : null,
    clock_offset_ms: state === "alarm" ? -7_500_000 : 120,
    lease: { ends_ms: NOW + (state === "offline" ? 3 : 14) * 1440 * MINUTE, soon: state === "offline", ended: null },
    snapshots: [
      {
        compartment: "office",
        made_ms: NOW - 1440 * MINUTE,
        by: "Empfang links",
        trust: "confirmed",
        bytes: 1_800_000,
      },
      {
        compartment: "clinical",
        made_ms: NOW - 60 * MINUTE,
        by: "Behandlung 2",
        trust: "unconfirmed",
        bytes: 9_000_000,
      },
    ],
  };
}

const devices: DeviceRow[] = [
  {
    id: "d1",
    name: "Empfang links",
    this: true,
    status: "active",
    users: [
      { id: "u1", name: "Dr. Miriam Sander", roles: ["front_desk", "clinician", "admin"] },
      { id: "u2", name: "Aylin Yilmaz", roles: ["front_desk"] },
    ],
    last_heard_ms: NOW,
    agrees: null,
    wipe: null,
    report: reportOf({}),
    warnings: [],
  },
  {
    id: "d2",
    name: "Behandlung 2",
    this: false,
    status: "active",
    users: [{ id: "u4", name: "Dr. Tomasz Wiśniewski", roles: ["clinician"] }],
    last_heard_ms: NOW - 4 * MINUTE,
    agrees: true,
    wipe: null,
    report: reportOf({
      disk_encrypted: "no",
      os: "Windows 11 Pro 24H2",
      keychain: "Windows Credential Manager",
      unsent: 14,
      screen_locks: "no",
      screen_lock_s: null,
    }),
    warnings: [
      { kind: "not_encrypted", count: null },
      { kind: "unsent", count: 14 },
      { kind: "no_screen_lock", count: null },
    ],
  },
  {
    id: "d3",
    name: "Hausbesuche, Laptop von Frau Dr. Vandenberghe-Lindqvist",
    this: false,
    status: "active",
    users: [{ id: "u5", name: "Dr. Ines Vandenberghe-Lindqvist", roles: ["clinician", "front_desk"] }],
    last_heard_ms: null,
    agrees: null,
    wipe: null,
    report: reportOf({ disk_encrypted: "unknown", app: "0.0.9", os: "macOS 15.1" }),
    warnings: [
      { kind: "out_of_date", count: null },
      { kind: "silent", count: 6 },
      { kind: "former_users", count: 1 },
    ],
  },
  {
    id: "d4",
    name: "Altes Laptop",
    this: false,
    status: "revoked",
    users: [{ id: "u2", name: "Aylin Yilmaz", roles: ["front_desk"] }],
    last_heard_ms: NOW - 9000 * MINUTE,
    agrees: false,
    wipe: null,
    report: null,
    warnings: [],
  },
];

const people: Member[] = [
  {
    id: "u1",
    name: "Dr. Miriam Sander",
    roles: ["front_desk", "clinician", "admin"],
    this: true,
    revoked: false,
    devices: [{ id: "d1", name: "Empfang links", active: true }],
  },
  {
    id: "u4",
    name: "Dr. Tomasz Wiśniewski",
    roles: ["clinician"],
    this: false,
    revoked: false,
    devices: [
      { id: "d2", name: "Behandlung 2", active: true },
      { id: "d3", name: "Hausbesuche", active: true },
    ],
  },
  { id: "u7", name: "Lena Petersen", roles: [], this: false, revoked: true, devices: [] },
];

function wipeOf(state: WipeView["state"], post_unsent = true): WipeView {
  return {
    state,
    ordered_ms: NOW - 190 * MINUTE,
    ordered_by: "Dr. Miriam Sander",
    may_confirm: state === "waits_for_second",
    post_unsent,
    delivered_ms: state === "delivered" || state === "confirmed" ? NOW - 12 * MINUTE : null,
    confirmed_ms: state === "confirmed" ? NOW - 11 * MINUTE : null,
    heard_ms: NOW - 1900 * MINUTE,
    lease_ends_ms: NOW + 9000 * MINUTE,
  };
}

const requests: JoinRequest[] = [
  { id: "r1", device_name: "Labor", user_name: "Noor Haddad", words, at_ms: NOW - 2 * MINUTE, person: null },
];

const value = (text: string, user: string, device: string, ago: number, shown = false) => ({
  text,
  shown,
  user,
  device,
  at_ms: NOW - ago * MINUTE,
  choice: `${device}:${ago}`,
});

const conflicts: ConflictRow[] = [
  {
    patient: rows[1] as PatientRow,
    compartment: "office",
    record: "p1",
    kind: "Patient",
    element: "birthDate",
    item: null,
    values: [
      value("1954-02-28", "Aylin Yilmaz", "Empfang links", 42, true),
      value("1945-02-28", "Dr. Tomasz Wiśniewski", "Behandlung 2", 97),
    ],
    closed: false,
    both: false,
  },
  {
    patient: rows[0] as PatientRow,
    compartment: "clinical",
    record: "a1",
    kind: "AllergyIntolerance",
    element: "reaction",
    item: null,
    values: [
      value("Anaphylaxis severe", "Dr. Miriam Sander", "Empfang links", 300, true),
      value("", "Dr. Ines Vandenberghe-Lindqvist", "Hausbesuche", 420),
      value("Hives", "Dr. Tomasz Wiśniewski", "Behandlung 2", 700),
    ],
    closed: false,
    both: false,
  },
  {
    patient: rows[0] as PatientRow,
    compartment: "office",
    record: "p0",
    kind: "Patient",
    element: "telecom",
    item: 3,
    values: [
      value("phone mobile +49 171 5550123", "Aylin Yilmaz", "Empfang links", 20, true),
      value("phone work +49 40 3300000", "Dr. Tomasz Wiśniewski", "Behandlung 2", 25),
    ],
    closed: false,
    both: true,
  },
  {
    patient: rows[9] as PatientRow,
    compartment: "office",
    record: "p9",
    kind: "Patient",
    element: "removed",
    item: null,
    values: [value("entered twice", "Aylin Yilmaz", "Empfang links", 55, true)],
    closed: false,
    both: false,
  },
];

const DAY = 1440 * MINUTE;
const key = (row: Partial<KeyRow> & Pick<KeyRow, "key" | "by">): KeyRow => ({
  number: null,
  since_ms: NOW - 20 * DAY,
  due_ms: null,
  overdue: false,
  may: false,
  waiting: 0,
  ...row,
});
const RECOVERY_PAPER = "7K3M-9QXR";
const recovery: RecoveryStatus = { paper: null, since_ms: null, used_ms: null, prepared: false };
const recoveryReport: RecoveryReport = {
  paper: RECOVERY_PAPER,
  parts: [
    { compartment: "office", epoch: 3, opens: true },
    { compartment: "clinical", epoch: 2, opens: false },
  ],
};

function sheets(split: boolean): RecoverySheets {
  const one = Array.from({ length: split ? 28 : 24 }, (_, at) =>
    split ? `K${at % 10}7M` : (words[at % 6] ?? "ocean"),
  );
  return {
    paper: RECOVERY_PAPER,
    server: "sync.example.org:8443",
    pin: "0123456789abcdef".repeat(4),
    clinic: "fedcba9876543210".repeat(4),
    sheets: split ? [one, one, one] : [one],
    questions: split
      ? [1, 2, 3].map((sheet) => ({ sheet, place: 5 }))
      : [3, 9, 14, 22].map((place) => ({ sheet: 1, place })),
  };
}

const keys: KeyRow[] = [
  key({ key: "epoch_office", by: "admin", number: 7, due_ms: NOW + 10 * DAY, may: true }),
  key({ key: "epoch_clinical", by: "clinician", number: 4, due_ms: NOW + 10 * DAY }),
  key({ key: "device_key", by: "anybody", since_ms: NOW - 210 * DAY, due_ms: NOW + 155 * DAY, may: true }),
  key({
    key: "vault_office",
    by: "admin",
    since_ms: NOW - 400 * DAY,
    due_ms: NOW - 35 * DAY,
    overdue: true,
    may: true,
    waiting: 2,
  }),
  key({ key: "vault_clinical", by: "clinician", due_ms: NOW + 345 * DAY, may: true }),
  key({ key: "device_secret", by: "join_anew", since_ms: NOW - 400 * DAY }),
  key({ key: "password", by: "yourself", since_ms: null, may: true }),
  key({ key: "server_certificate", by: "server", since_ms: null, due_ms: NOW + 120 * DAY }),
];

/** The answers of one made-up program. */
const setAside: QuarantineRow[] = [
  {
    device: "0192f0aa-0000-7000-8000-000000000009",
    name: "Altes Laptop",
    part: "clinical",
    state: "waiting",
    segments: 2,
    bytes: 1_840,
    received_ms: NOW - 20 * MINUTE,
    changes: 3,
    written_ms: [NOW - 140 * MINUTE, NOW - 100 * MINUTE],
    users: ["Dr. Samira Haddad"],
    reason: null,
  },
  {
    device: "0192f0aa-0000-7000-8000-000000000009",
    name: "Altes Laptop",
    part: "audit",
    state: "waiting",
    segments: 1,
    bytes: 2_210,
    received_ms: NOW - 20 * MINUTE,
    changes: null,
    written_ms: null,
    users: [],
    reason: null,
  },
  {
    device: "0192f0aa-0000-7000-8000-00000000000a",
    name: "Empfang alt",
    part: "office",
    state: "discarded",
    segments: 1,
    bytes: 700,
    received_ms: NOW - 3 * 1440 * MINUTE,
    changes: 1,
    written_ms: [NOW - 4 * 1440 * MINUTE, NOW - 4 * 1440 * MINUTE],
    users: ["Jonas Weber"],
    reason: "Nach dem Diebstahl geschrieben, nicht von Jonas.",
  },
];

export function answersFor(asked: URLSearchParams, refuse: Refuse): Record<string, (input: never) => unknown> {
  let open = asked.get("conflicts") ? [...conflicts] : [];
  const undone = new Map<string, ConflictRow>();
  let asking = asked.get("requests") ? [...requests] : [];
  let rules: ClinicPolicy = {
    idle_lock_s: 300,
    resume_window_s: 300,
    lease_days: 14,
    wrong_password_limit: 20,
    min_app_version: "0.0.0",
    disk_encryption: "require",
    disk_grace_days: 7,
    epoch_days: 30,
    min_password_length: 12,
    allow_export: true,
    two_admins_wipe: false,
  };
  let aside: QuarantineRow[] = asked.get("aside") ? setAside.map((row) => ({ ...row })) : [];
  let members: Member[] = asked.get("sync") ? people : [];
  const list = devices.map((device) => ({ ...device }));
  const wipes = asked.get("wipes")?.split(",") ?? [];
  for (const [at, device] of list.entries()) {
    const state = wipes[at - 1] as WipeView["state"] | undefined;
    if (at > 0 && state) device.wipe = wipeOf(state);
  }
  const status = () => statusFor(asked, open.length);
  return {
    sync_status: status,
    sync_now: status,
    sync_seen: () => {
      asked.set("sync", "up_to_date");
      return status();
    },
    clinic_words: () => ({ words }),
    clinic_attach: ({ token }: { token: string }) => {
      if (token === "used") refuse("server_refused", "token");
      if (token === "far") refuse("server_unreachable", null);
      asked.set("sync", "syncing");
      return status();
    },
    invitation_create: () => ({ code: CODE, expires_ms: NOW + 1440 * MINUTE }),
    join_requests: () => asking,
    join_approve: ({ id }: { id: string }) => {
      asking = asking.filter((one) => one.id !== id);
      return {};
    },
    join_refuse: ({ id }: { id: string }) => {
      asking = asking.filter((one) => one.id !== id);
      return {};
    },
    join_status: (): JoinView => {
      const state = (asked.get("join") ?? "none") as JoinView["state"];
      return { state, words: state === "waiting" ? words : [], clinic: "5e0c71aa", detail: null };
    },
    policy_get: () => rules,
    policy_set: (wanted: ClinicPolicy) => {
      rules = wanted;
      return rules;
    },
    member_list: () => members,
    user_roles: ({ user, roles }: { user: string; roles: Member["roles"] }) => {
      members = members.map((one) => (one.id === user ? { ...one, roles } : one));
      return members;
    },
    user_revoke: ({ user }: { user: string }) => {
      members = members.map((one) => (one.id === user ? { ...one, revoked: true } : one));
      return members;
    },
    device_list: () => list,
    device_show: ({ id }: { id: string }) => {
      const device = list.find((one) => one.id === id) ?? refuse("not_found", "id");
      const newest = device.report;
      if (newest === null) return { device, reports: [] };
      const before = { ...newest, at_ms: newest.at_ms - 1440 * MINUTE };
      const encrypted = { ...newest.posture, disk_encrypted: "yes" as const };
      return {
        device,
        reports: [
          { ...newest, changed: ["disk_encrypted"] },
          { ...before, posture: encrypted, changed: [] },
          { ...before, at_ms: before.at_ms - 1440 * MINUTE, posture: encrypted, changed: ["app", "os"] },
        ],
      };
    },
    device_revoke: ({ id }: { id: string }) => {
      for (const device of list) if (device.id === id) device.status = "revoked";
      return list;
    },
    incident_list: () => [incident.row],
    incident_open: () => incident,
    incident_show: () => incident,
    incident_step: () => incident,
    incident_evidence: () => incident,
    incident_close: () => incident,
    key_list: () => keys,
    key_rotate: ({ key }: { key: string }) => {
      for (const row of keys) if (row.key === key) Object.assign(row, { since_ms: NOW, overdue: false });
      return keys;
    },
    key_progress: () => null,
    recovery_status: () => recovery,
    recovery_prepare: ({ split }: { split: boolean }) => sheets(split),
    recovery_enroll: () => {
      Object.assign(recovery, { paper: RECOVERY_PAPER, since_ms: NOW, used_ms: null });
      return recoveryReport;
    },
    recovery_check: ({ key }: { key: string[] }) =>
      key[0]?.trim().split(/\s+/).length === 1 ? refuse("recovery_words", "words.count[1]") : recoveryReport,
    device_wipe: ({ id, post_unsent }: { id: string; post_unsent: boolean }) => {
      for (const device of list) if (device.id === id) device.wipe = wipeOf("ordered", post_unsent);
      return list;
    },
    quarantine_list: () => aside,
    quarantine_show: ({ device, part }: { device: string; part: QuarantineRow["part"] }): QuarantineChange[] => {
      const row = aside.find((one) => one.device === device && one.part === part) ?? refuse("not_found", "device");
      return [
        {
          segment: 12,
          at_ms: NOW - 100 * MINUTE,
          user: row.users[0] ?? "",
          patient: rows[0] ?? null,
          record: "0192",
          kind: "DocumentReference",
          element: "content",
          text: "Zustand stabil, Wiedervorstellung in zwei Wochen.",
          closed: false,
        },
        {
          segment: 12,
          at_ms: NOW - 100 * MINUTE,
          user: row.users[0] ?? "",
          patient: null,
          record: "0193",
          kind: "Patient",
          element: "telecom",
          text: "",
          closed: false,
        },
      ];
    },
    quarantine_accept: ({ device, part }: { device: string; part: QuarantineRow["part"] | null }) => {
      aside = aside.filter((one) => one.device !== device || (part !== null && one.part !== part));
      return aside;
    },
    quarantine_discard: (input: { device: string; part: QuarantineRow["part"] | null; reason: string }) => {
      const said = (one: QuarantineRow) =>
        one.device === input.device && (input.part === null || one.part === input.part);
      aside = aside.map((one) => (said(one) ? { ...one, state: "discarded", reason: input.reason } : one));
      return aside;
    },
    conflict_list: () => open,
    conflict_settle: ({ record, element }: { record: string; element: string }) => {
      const found = open.find((one) => one.record === record && one.element === element) ?? refuse("conflict", null);
      open = open.filter((one) => one !== found);
      const undo = `undo-${undone.size}`;
      undone.set(undo, found);
      return { undo };
    },
    conflict_undo: ({ undo }: { undo: string }) => {
      open = [undone.get(undo) ?? refuse("not_found", "undo"), ...open];
      return {};
    },
  };
}

const CODE =
  "wardkeep1qyqszqgpqyqszqgpqyqszqgpqyqszqgp9ehx7um5wghxcctrdpjhymmwd9kxzur5d3jhxumfdenjucm0d5syyctswpskw6t0dcsxsct8v4hxgmr9dchx2etdv4ehgm3wfjkzum0v3jkx6twd9jxjmrwvdhky6rfd4jsqc7x0q8";
