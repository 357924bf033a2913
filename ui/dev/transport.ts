// WARDKEEP-SAMPLE-DATA: answers as the program would, with made-up people.
// What it plays is chosen by the address: ?state=locked&as=desk&fail=chart_labs&lang=de&scheme=dark
import type {
  AppStatus,
  CommandError,
  ErrorCode,
  ImportProgress,
  Role,
  Session,
  Settings,
  UserRow,
} from "../src/bridge";
import * as chart from "./chart";
import * as clinic from "./clinic";
import { glassAnswers } from "./glass";
import { detailOf, rows } from "./people";
import { trailFor } from "./trail";

const asked = new URLSearchParams(location.search);
const ROLES: Record<string, Role[]> = {
  clinician: ["front_desk", "clinician", "admin"],
  desk: ["front_desk"],
  admin: ["admin"],
};
const roles = ROLES[asked.get("as") ?? "clinician"] ?? ["front_desk"];

const settings: Settings = {
  idle_lock_s: 300,
  resume_window_s: 60,
  default_region: "DE",
  language: asked.get("lang") ?? "en",
  color_scheme: (asked.get("scheme") as Settings["color_scheme"]) ?? "light",
  min_password_length: 12,
};

const users: UserRow[] = [
  { id: "u1", name: "Dr. Miriam Sander", initials: "MS", roles },
  { id: "u2", name: "Aylin Yilmaz", initials: "AY", roles: ["front_desk"] },
  { id: "u3", name: "Jonas Petersen", initials: "JP", roles: ["admin"] },
];

const session = (): Session => ({
  user: { ...(users[0] as UserRow), roles: asked.get("join") ? [] : roles },
  clinic_name: "Praxis am Hafen",
  compartments: roles.includes("clinician") ? ["office", "clinical"] : ["office"],
  settings,
  patient_count: asked.get("empty") ? 0 : 1284,
});

let state = asked.get("state") ?? "unlocked";
let wrong = 0;
let polls = 0;
let draft: { text: string; saved_at_ms: number } | null = null;
let block = structuredClone(chart.allergies);
if (asked.get("allergies") === "none") block = { state: "no_known", active: [], inactive: [] };
if (asked.get("allergies") === "unrecorded") block = { state: "not_recorded", active: [], inactive: [] };
const lockWatchers = new Set<(payload: unknown) => void>();

const fail = (code: ErrorCode, detail: CommandError["detail"] = null): never => {
  throw { code, field: null, retryable: false, detail } satisfies CommandError;
};

const status = (): AppStatus => ({
  state: asked.get("wiped")
    ? "wiped"
    : state === "no_vault"
      ? "no_vault"
      : state === "unlocked"
        ? "unlocked"
        : "locked",
  users: users.map((user) => ({ ...user, roles: null })),
  locked_because: (asked.get("because") as AppStatus["locked_because"]) ?? null,
  retry_in_s: Number(asked.get("wait") ?? 0),
  can_resume: false,
  problem: asked.get("problem")
    ? { code: asked.get("problem") as ErrorCode, field: null, retryable: false, detail: null }
    : null,
  wiped: asked.get("wiped") ? { over: asked.get("wiped") === "over", at_ms: 1_790_000_000_000 } : null,
  lease: asked.get("lease") ? { ends_ms: null, soon: false, ended: "time" } : null,
  version: "0.1.0",
  language: settings.language,
});

function search(query: string, limit: number) {
  const words = query.toLowerCase().split(/\s+/);
  const hits = rows.filter((row) =>
    words.every((word) => `${row.family} ${row.given} ${row.mrn} ${row.birth_date}`.toLowerCase().includes(word)),
  );
  const names = hits.map((row) => `${row.family}|${row.given}`);
  return {
    rows: hits
      .slice(0, limit)
      .map((row) => ({ ...row, same_name: names.filter((name) => name === `${row.family}|${row.given}`).length > 1 })),
    more: false,
    understood: {
      names: words,
      birth_date: /\d{4}/.test(query) ? (query.match(/\d{4}/)?.[0] ?? null) : null,
      phone: null,
      mrn: null,
    },
    took_us: 180,
  };
}

function progress(): ImportProgress {
  polls += 1;
  const done = polls >= 6 || asked.get("import") === "done";
  const part = done ? 1 : polls / 6;
  return {
    state: done ? "done" : "running",
    bytes_done: Math.floor(183_500_800 * part),
    bytes_total: 183_500_800,
    imported: Math.floor(151_230 * part),
    updated: 0,
    unchanged: 12,
    rejected: done ? 3 : 0,
    kept_verbatim: Math.floor(40_211 * part),
    current_file: done ? null : "Abbott_Adaeze_2f1c.json",
    elapsed_ms: Math.floor(14_200 * part),
    rejects: done
      ? [
          {
            file: "Abbott_Adaeze_2f1c.json",
            index: 41,
            resource_type: "Observation",
            element: "Observation.valueQuantity.value",
            reason: "a number was expected",
          },
          { file: "broken.ndjson", index: 7, resource_type: null, element: null, reason: "is no JSON object" },
          {
            file: "old.json",
            index: 0,
            resource_type: "Patient",
            element: "Patient.birthDate",
            reason: "no calendar date",
          },
        ]
      : [],
    by_type: [],
    error: null,
  };
}

const audit = Array.from({ length: 40 }, (_, index) => ({
  n: 400 - index,
  at_ms: 1763712000000 - index * 640_000,
  user: index % 5 === 4 ? null : (users[index % 3]?.name ?? null),
  action: ["view", "edit", "unlock", "search", "unlock_failed"][index % 5] ?? "view",
  patient: index % 5 < 2 ? `p${index % 9}` : null,
  patient_name: index % 5 < 2 ? `${rows[index % 9]?.family}, ${rows[index % 9]?.given}` : null,
  detail: index % 5 === 1 ? "telecom, address" : null,
  values: index % 5 === 1,
  compartment: "office" as const,
}));

type Answers = Record<string, (input: never) => unknown>;

const answers: Answers = {
  ...glassAnswers(),
  app_status: () => status(),
  session: () => (state === "unlocked" ? session() : fail("locked")),
  resume: () => null,
  touch: () => ({ idle_lock_in_s: Number(asked.get("idle") ?? 300) }),
  lock: () => {
    state = "locked";
    return {};
  },
  unlock: ({ password }: { password: string }) => {
    if (password === "correct horse battery staple") {
      state = "unlocked";
      return session();
    }
    wrong += 1;
    return fail(wrong > 2 ? "too_soon" : "wrong_password", { seconds: wrong > 1 ? 2 ** wrong : 0 });
  },
  vault_create: () => {
    state = "unlocked";
    return session();
  },
  password_check: ({ password }: { password: string }) => {
    const problem =
      password.length < 12 ? "password_too_short" : password.startsWith("password") ? "password_common" : null;
    return { acceptable: problem === null, problem };
  },
  user_list: () => users,
  user_add: ({ name, roles: given }: { name: string; roles: Role[] }) => {
    const user = { id: `u${users.length + 1}`, name, initials: name.slice(0, 1), roles: given };
    users.push(user);
    return user;
  },
  user_remove: () => ({}),
  password_change: () => ({}),
  settings_get: () => settings,
  settings_set: (next: Settings) => Object.assign(settings, next),
  patient_search: ({ query, limit }: { query: string; limit: number }) => search(query, limit),
  patient_recent: () => (asked.get("empty") ? [] : rows.slice(0, 9)),
  patient_open: ({ id }: { id: string }) => detailOf(rows.find((row) => row.id === id) ?? fail("not_found")),
  patient_duplicates: ({ draft: d }: { draft: { names: { family: string }[] } }) =>
    rows.filter((row) => row.family.toLowerCase() === (d.names[0]?.family ?? "").toLowerCase()).slice(0, 5),
  patient_register: () => detailOf(rows[0] ?? fail("internal")),
  patient_edit: ({ id }: { id: string }) => detailOf(rows.find((row) => row.id === id) ?? fail("not_found")),
  patient_remove: () => ({}),
  patient_restore: ({ id }: { id: string }) => detailOf(rows.find((row) => row.id === id) ?? fail("not_found")),
  patient_photo: () => ({ media_type: "image/png", base64: FACE }),
  patient_history: () => audit.slice(0, 12),
  chart_allergies: () => block,
  chart_problems: () => chart.problems,
  chart_medications: () => chart.medications,
  chart_vitals: () => chart.vitals,
  chart_labs: () => chart.labs,
  chart_immunizations: () => chart.immunizations,
  chart_encounters: () => chart.encounters,
  chart_procedures: () => chart.procedures,
  chart_reports: () => chart.reports,
  chart_other: () => chart.other,
  allergy_add: ({ draft: d }: { draft: { substance: string } }) => {
    const added = {
      ...(chart.allergies.active[1] as (typeof block.active)[0]),
      id: `a${Date.now()}`,
      substance: { text: d.substance, code: null, system: null },
      flagged: false,
    };
    block = { ...block, state: "known", active: [...block.active, added] };
    return block;
  },
  allergy_remove: ({ id }: { id: string }) => {
    const active = block.active.filter((one) => one.id !== id);
    block = { ...block, state: active.length > 0 ? "known" : "not_recorded", active };
    return block;
  },
  allergy_restore: () => {
    block = structuredClone(chart.allergies);
    return block;
  },
  allergy_none_known: () => {
    block = { state: "no_known", active: [], inactive: [] };
    return block;
  },
  document_list: () => chart.documents,
  document_read: () => ({ base64: btoa("Sehr geehrte Kollegin,\n\nwir berichten über die Patientin."), last: true }),
  note_list: () => chart.notes,
  note_draft_get: () => draft,
  note_draft_save: ({ text }: { text: string }) => {
    draft = { text, saved_at_ms: Date.now() };
    return { saved_at_ms: draft.saved_at_ms };
  },
  note_draft_discard: () => {
    draft = null;
    return {};
  },
  note_finish: ({ text }: { text: string }) => {
    draft = null;
    const note = { id: `n${Date.now()}`, text, author: "Dr. Miriam Sander", at_ms: Date.now() };
    chart.notes.unshift(note);
    return note;
  },
  import_preview: ({ paths }: { paths: string[] }) => ({
    files: [
      { name: paths[0] ?? "", bytes: 183_400_800, form: "bundle", problem: null },
      { name: "broken.ndjson", bytes: 1_204, form: "unreadable", problem: "line 3 is no JSON" },
    ],
    counts: [
      { resource_type: "Patient", count: 1203, typed: true },
      { resource_type: "Observation", count: 98_112, typed: true },
      { resource_type: "Claim", count: 40_211, typed: false },
    ],
    patients: 1203,
    sampled: true,
    needs_source: true,
  }),
  import_start: () => {
    polls = 0;
    return { job: 1 };
  },
  import_progress: () => progress(),
  import_cancel: () => ({}),
  audit_list: () => audit,
  audit_verify: () => ({
    compartments: [
      { compartment: "office", entries: 4812, ok: true, first_bad: null },
      { compartment: "clinical", entries: 1204, ok: false, first_bad: 817 },
    ],
  }),
  doctor: () => [
    { id: "keychain", status: "ok", detail: "Secret Service (GNOME Keyring) answers" },
    {
      id: "disk_encryption",
      status: "warning",
      detail: "The disk that holds the vault is not encrypted. The vault is; swap and temporary files are not.",
    },
    { id: "cipher", status: "ok", detail: "SQLCipher 4.19.0 community" },
    { id: "permissions", status: "ok", detail: "Only you can read the folder" },
    { id: "free_space", status: "fault", detail: "92 MiB free" },
    { id: "integrity", status: "unknown", detail: "Unlock to check" },
    { id: "clock", status: "ok", detail: "Agrees with the newest entry" },
  ],
  ...trailFor(asked),
  ...clinic.answersFor(asked, (code, field) => {
    throw { code, field, retryable: false, detail: null } satisfies CommandError;
  }),
  clinic_join: () => {
    state = "unlocked";
    asked.set("join", "waiting");
    return { state: "waiting", words: clinic.words, clinic: "5e0c71aa", detail: null };
  },
  about: () => ({
    version: "0.1.0",
    sqlcipher: "SQLCipher 4.19.0 community (SQLite 3.53.4)",
    home: "/home/sander/.local/share/wardkeep",
    licences: Array.from({ length: 30 }, (_, index) => ({ name: `crate-${index}`, licence: "MIT OR Apache-2.0" })),
  }),
};

export type Stop = () => void;

export async function dispatch(name: string, input: unknown): Promise<unknown> {
  await new Promise((done) => setTimeout(done, Number(asked.get("slow") ?? 5)));
  if (asked.get("hang")?.split(",").includes(name)) await new Promise(() => undefined);
  if (asked.get("fail")?.split(",").includes(name)) fail("vault_damaged", { file: "vault/clinical.db" });
  const answer = answers[name];
  return structuredClone(answer ? answer(input as never) : fail("internal"));
}

export async function onLock(heard: (payload: unknown) => void): Promise<Stop> {
  lockWatchers.add(heard);
  return () => lockWatchers.delete(heard);
}

/** Lets a look-through lock the page as the program would. */
export function lockFromOutside(reason: string): void {
  state = "locked";
  for (const heard of lockWatchers) heard({ reason });
}
Object.defineProperty(window, "lockFromOutside", { value: lockFromOutside });

export async function pickTarget(): Promise<string | null> {
  return null;
}

export async function pickFiles(): Promise<string[]> {
  return ["/home/sander/synthea.zip"];
}

export async function onFilesDropped(): Promise<Stop> {
  return () => undefined;
}

const FACE =
  "iVBORw0KGgoAAAANSUhEUgAAADAAAAAwCAIAAADYYG7QAAAAhklEQVR42u3XsQ2AMAxEUU/CYAxBzSTsxAT0FMxBi0ACYhRzSb50A7zKvrNl3aRigAAB0gfN03jMb6CT45pQ0KPGbbJ8Gp/JsmocpsJBDk2qyQI0SSZA1YI+at6bAAFqFsQdKhEk9+0VQYqNUa5TK64OxV12z2pg23f9EBNAgAABAgSoPtAODngO9wXXGD4AAAAASUVORK5CYII=";

/** Plays a request to join, or none. */
export function join(at: string | null): void {
  if (at === null) asked.delete("join");
  else asked.set("join", at);
}

/** Locks as the program does when the clinic has changed a role: nobody tells the page, its next command is refused. */
export function accessChanged(): void {
  state = "locked";
  asked.set("because", "access_changed");
}

export const isLocked = (): boolean => state === "locked";

export function unlockAgain(): void {
  state = "unlocked";
  block = structuredClone(chart.allergies);
}
