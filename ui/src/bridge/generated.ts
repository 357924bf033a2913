// CONTRACT between crates/clinic (command table) and ui/. Field names are snake_case, Option is `| null`, 64-bit ints are number.
// Every command: one input object, one output. Errors: CommandError. The clinic crate generates ui/src/bridge/generated.ts (ts-rs) with exactly these names.

export type RecordId = string; export type UserId = string; export type BlobId = string;
export type Role = "front_desk" | "clinician" | "admin";

export interface CommandError { code: ErrorCode; field: string | null; retryable: boolean; detail: ErrorDetail | null }
// detail never holds record content: numbers, file names inside the home folder, seconds to wait, element paths.
export interface ErrorDetail { seconds?: number|null; file?: string|null; version?: number|null }
export type ErrorCode =
  | "wrong_password" | "too_soon" | "keychain_absent" | "keychain_locked" | "keychain_entry_missing" | "keychain_changed" | "slot_damaged" | "slot_newer"
  | "no_vault" | "vault_exists" | "locked" | "forbidden" | "not_found" | "invalid" | "password_too_short" | "password_too_long" | "password_common"
  | "vault_newer" | "vault_damaged" | "vault_busy" | "disk_full" | "file_unreadable" | "import_running" | "cancelled" | "too_large" | "conflict" | "internal";

// ---- session
export interface Commands {
  app_status: { input: {}; output: AppStatus };                       // works locked
  vault_create: { input: { clinic_name: string; user_name: string; password: string }; output: Session };
  password_check: { input: { password: string; user_name: string }; output: { acceptable: boolean; problem: ErrorCode | null } };
  unlock: { input: { user: UserId; password: string }; output: Session };
  resume: { input: {}; output: Session | null };                       // inside the resume window, from the keychain
  lock: { input: { reason: LockReason }; output: {} };
  session: { input: {}; output: Session };
  touch: { input: {}; output: { idle_lock_in_s: number } };            // the person did something
  user_list: { input: {}; output: UserRow[] };
  user_add: { input: { name: string; roles: Role[]; password: string }; output: UserRow }; // admin; grants only compartments the admin's session holds
  user_remove: { input: { user: UserId }; output: {} };
  password_change: { input: { current: string; new: string }; output: {} };
  settings_get: { input: {}; output: Settings };
  settings_set: { input: Settings; output: Settings };                 // admin

// ---- patients (office)
  patient_search: { input: { query: string; limit: number }; output: PatientSearchResult };
  patient_recent: { input: { limit: number }; output: PatientRow[] };
  patient_open: { input: { id: RecordId; via: "search" | "recent" | "link" | "register" }; output: PatientDetail };  // audited
  patient_duplicates: { input: { draft: PatientDraft }; output: PatientRow[] };   // likely the same person, best first, at most 5
  patient_register: { input: { draft: PatientDraft }; output: PatientDetail };
  patient_edit: { input: { id: RecordId; draft: PatientDraft }; output: PatientDetail };  // whole form; only what differs is written
  patient_remove: { input: { id: RecordId; reason: string }; output: {} };
  patient_restore: { input: { id: RecordId }; output: PatientDetail };            // undo of remove
  patient_photo_set: { input: { id: RecordId; media_type: string; base64: string }; output: PatientDetail }; // png, jpeg, webp; at most 8 MiB
  patient_photo_remove: { input: { id: RecordId }; output: PatientDetail };
  patient_photo: { input: { id: RecordId }; output: { media_type: string; base64: string } | null };
  patient_history: { input: { id: RecordId; limit: number }; output: AuditRow[] };

// ---- chart (clinical). Each block loads and fails by itself.
  chart_allergies: { input: { patient: RecordId }; output: AllergyBlock };
  chart_problems: { input: { patient: RecordId }; output: ChartItem[] };
  chart_medications: { input: { patient: RecordId }; output: ChartItem[] };
  chart_vitals: { input: { patient: RecordId }; output: ObservationSeries[] };
  chart_labs: { input: { patient: RecordId }; output: ObservationSeries[] };
  chart_immunizations: { input: { patient: RecordId }; output: ChartItem[] };
  chart_encounters: { input: { patient: RecordId }; output: ChartItem[] };
  chart_procedures: { input: { patient: RecordId }; output: ChartItem[] };
  chart_reports: { input: { patient: RecordId }; output: ChartItem[] };
  chart_other: { input: { patient: RecordId }; output: { resource_type: string; count: number }[] };  // kept verbatim, counted
  allergy_add: { input: { patient: RecordId; draft: AllergyDraft }; output: AllergyBlock };
  allergy_remove: { input: { patient: RecordId; id: RecordId; reason: string }; output: AllergyBlock };
  allergy_restore: { input: { patient: RecordId; id: RecordId }; output: AllergyBlock };
  allergy_none_known: { input: { patient: RecordId }; output: AllergyBlock };
  note_list: { input: { patient: RecordId }; output: Note[] };
  note_draft_get: { input: { patient: RecordId }; output: NoteDraft | null };
  note_draft_save: { input: { patient: RecordId; text: string }; output: { saved_at_ms: number } };
  note_draft_discard: { input: { patient: RecordId }; output: {} };
  note_finish: { input: { patient: RecordId; text: string }; output: Note };      // draft becomes a note, draft gone, one transaction

// ---- import, export, audit, machine
  import_preview: { input: { paths: string[] }; output: ImportPreview };
  import_start: { input: { paths: string[]; source: string }; output: { job: number } };
  import_progress: { input: { job: number }; output: ImportProgress };            // polled 4 times a second
  import_cancel: { input: { job: number }; output: {} };
  export_patient: { input: { id: RecordId }; output: { blob: BlobId; resources: number; bytes: number } }; // sealed into the vault
  audit_list: { input: { patient: RecordId | null; before: number | null; limit: number }; output: AuditRow[] }; // admin for all
  audit_verify: { input: {}; output: AuditVerification };
  doctor: { input: {}; output: DoctorCheck[] };                        // works locked
  about: { input: {}; output: About };                                 // works locked
}

export interface AppStatus { state: "no_vault" | "locked" | "unlocked"; users: UserRow[]; locked_because: LockReason | null; retry_in_s: number; can_resume: boolean; problem: CommandError | null; version: string; language: string }
export type LockReason = "button" | "shortcut" | "idle" | "suspend" | "screen_lock" | "window_closed" | "user_switch" | "quit" | "started";
export interface Session { user: UserRow; clinic_name: string; compartments: ("office" | "clinical")[]; settings: Settings; patient_count: number }
export interface UserRow { id: UserId; name: string; initials: string; roles: Role[] | null }    // roles null while locked
export interface Settings { idle_lock_s: number; resume_window_s: number; default_region: string /* ISO 3166 alpha-2, for phones */; language: string; color_scheme: "light" | "dark" | "auto"; min_password_length: number }

export type Gender = "male" | "female" | "other" | "unknown";
export interface PatientRow { id: RecordId; mrn: string; family: string; given: string; preferred: string | null; birth_date: string | null /* yyyy, yyyy-mm, yyyy-mm-dd */; age: string | null; gender: Gender | null; phone: string | null; city: string | null; deceased: boolean; removed: boolean; same_name: boolean /* another row in this result has the same name */ }
export interface PatientSearchResult { rows: PatientRow[]; more: boolean; understood: { names: string[]; birth_date: string | null; phone: string | null; mrn: string | null }; took_us: number }
export interface HumanName { item: number | null; use_: "official" | "usual" | "maiden" | "nickname" | "old" | "temp" | "anonymous" | null; prefix: string; given: string; family: string; suffix: string; text: string }
export interface ContactPoint { item: number | null; system: "phone" | "email" | "sms" | "fax" | "url" | "pager" | "other"; use_: "home" | "work" | "mobile" | "temp" | "old" | null; value: string; e164: string | null /* out only */ }
export interface Address { item: number | null; use_: "home" | "work" | "temp" | "old" | "billing" | null; line: string; city: string; district: string; state: string; postal_code: string; country: string; text: string }
export interface Identifier { item: number | null; system: string; value: string; label: string }
export interface NextOfKin { item: number | null; name: string; relationship: string; phone: string }
export interface PatientDraft { names: HumanName[]; birth_date: string | null; gender: Gender | null; sex_at_birth: string | null; pronouns: string | null; telecom: ContactPoint[]; addresses: Address[]; identifiers: Identifier[]; next_of_kin: NextOfKin[]; deceased: Deceased; marital_status: string | null; language: string | null; emergency_note: string | null }
export type Deceased = { kind: "alive_or_unknown" } | { kind: "yes" } | { kind: "on"; date: string };
export interface PatientDetail { row: PatientRow; draft: PatientDraft; has_photo: boolean; conflicts: FieldConflict[]; updated_at_ms: number; updated_by: string | null; source: string | null; sent: boolean }
export interface FieldConflict { element: string; values: { value: string; by: string | null; at_ms: number }[] }

export interface Coded { text: string; code: string | null; system: string | null }
export interface ChartItem { id: RecordId; what: Coded; status: string | null; active: boolean; start: string | null; end: string | null; detail: string | null; who: string | null }
export type AllergyState = "known" | "no_known" | "not_recorded";            // "unavailable" is the UI's word for a block that failed or is hidden
export interface Allergy { id: RecordId; substance: Coded; category: string | null; criticality: "low" | "high" | "unable-to-assess" | null; reactions: string[]; severity: string | null; verification: string | null; clinical_status: string | null; recorded: string | null; flagged: boolean /* a removal met an edit */ }
export interface AllergyBlock { state: AllergyState; active: Allergy[]; inactive: Allergy[] }
export interface AllergyDraft { substance: string; code: string | null; system: string | null; category: "food" | "medication" | "environment" | "biologic" | null; criticality: "low" | "high" | "unable-to-assess" | null; reaction: string | null; severity: "mild" | "moderate" | "severe" | null }
export interface ObservationSeries { what: Coded; unit: string | null; points: { id: RecordId; at: string; value: number | null; text: string; interpretation: string | null; low: number | null; high: number | null }[]; }
// points newest first; values with components (blood pressure) come as series of their own, adjacent ("Systolic", "Diastolic")
export interface Note { id: RecordId; text: string; author: string; at_ms: number }
export interface NoteDraft { text: string; saved_at_ms: number }

export interface ImportPreview { files: { name: string; bytes: number; form: "bundle" | "ndjson" | "single" | "unreadable"; problem: string | null }[]; counts: { resource_type: string; count: number; typed: boolean }[]; patients: number; sampled: boolean /* counts from the first 64 MiB */; needs_source: boolean /* ids are not globally unique */ }
export interface ImportProgress { state: "running" | "done" | "cancelled" | "failed"; bytes_done: number; bytes_total: number; imported: number; updated: number; unchanged: number; rejected: number; kept_verbatim: number; current_file: string | null; elapsed_ms: number; rejects: ImportReject[] /* first 200 */; by_type: { resource_type: string; count: number }[]; error: CommandError | null }
export interface ImportReject { file: string; index: number; resource_type: string | null; element: string | null; reason: string }
export interface AuditRow { n: number; at_ms: number; user: string | null; action: string; patient: RecordId | null; patient_name: string | null; detail: string | null; compartment: "office" | "clinical" }
export interface AuditVerification { compartments: { compartment: "office" | "clinical"; entries: number; ok: boolean; first_bad: number | null }[] }
export interface DoctorCheck { id: "keychain" | "disk_encryption" | "cipher" | "permissions" | "free_space" | "vault" | "integrity" | "clock"; status: "ok" | "warning" | "fault" | "unknown"; detail: string }
export interface About { version: string; sqlcipher: string; licences: { name: string; licence: string }[]; home: string }
