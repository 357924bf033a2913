// Generated from the command table of crates/clinic. Do not edit: change the Rust types, then run
// UPDATE_GENERATED=1 cargo test -p wardkeep-clinic typescript

/** The answer. */
export type About = {
/** Wardkeep's version. */
version: string,
/** SQLCipher's version in this process; empty when it is not there. */
sqlcipher: string,
/** The parts by others that Wardkeep stands on. */
licences: Array<Licence>,
/** The home folder. */
home: string, };

/** The accounting of one patient. */
export type Accounting = {
/** Whose. */
patient: RecordId,
/** Their name. */
patient_name: string | null,
/** From when on, in Unix milliseconds. */
from_ms: number,
/** Until when. */
until_ms: number,
/** The disclosures, the latest first. */
rows: Array<DisclosureRow>,
/** There are more than one answer holds: ask for a shorter period. */
more: boolean,
/** Before this time this reader's trail knows nothing; nothing where it is the whole. */
known_from_ms: number | null, };

/** A postal address. */
export type Address = {
/** The item it was read from. */
item: number | null,
/** What it is used for. */
use_: AddressUse | null,
/** Street, house, flat: the lines, with a line feed between. */
line: string,
/** City or town. */
city: string,
/** County or district. */
district: string,
/** State or province. */
state: string,
/** Postal code. */
postal_code: string,
/** Country, by name or code. */
country: string,
/** The whole address as it is written, where that is known. */
text: string, };

/** The codes of <http://hl7.org/fhir/R4/valueset-address-use.html>. */
export type AddressUse = "home" | "work" | "temp" | "old" | "billing";

/** One allergy or intolerance. */
export type Allergy = {
/** Which record. */
id: RecordId,
/** To what. */
substance: Coded,
/** `food`, `medication`, `environment`, `biologic`, or several with a comma between. */
category: string | null,
/** How dangerous. */
criticality: AllergyCriticality | null,
/** What happened. */
reactions: Array<string>,
/** The worst severity of a reaction: `mild`, `moderate`, `severe`. */
severity: string | null,
/** `unconfirmed`, `confirmed`, `refuted`, `entered-in-error`. */
verification: string | null,
/** `active`, `inactive`, `resolved`. */
clinical_status: string | null,
/** When it was written down. */
recorded: string | null,
/** A removal met an edit: it stays until a person decides. */
flagged: boolean, };

/** What the allergies of a patient add up to. */
export type AllergyBlock = {
/** The sum of them. */
state: AllergyState,
/** Those that hold, the most dangerous first; or the statements that there is none. */
active: Array<Allergy>,
/** Those that no longer hold, or were refuted or entered in error. */
inactive: Array<Allergy>, };

/** The codes of <http://hl7.org/fhir/R4/valueset-allergy-intolerance-category.html>. */
export type AllergyCategory = "food" | "medication" | "environment" | "biologic";

/** The codes of <http://hl7.org/fhir/R4/valueset-allergy-intolerance-criticality.html>. */
export type AllergyCriticality = "low" | "high" | "unable-to-assess";

/** What a person enters for a new allergy. */
export type AllergyDraft = {
/** To what, in words. */
substance: string,
/** The code of that, where it was chosen from a list. */
code: string | null,
/** The URI of the code's system. */
system: string | null,
/** Of what sort. */
category: AllergyCategory | null,
/** How dangerous. */
criticality: AllergyCriticality | null,
/** What happened, in words. */
reaction: string | null,
/** How bad that was. */
severity: AllergySeverity | null, };

/** The codes of <http://hl7.org/fhir/R4/valueset-reaction-event-severity.html>. */
export type AllergySeverity = "mild" | "moderate" | "severe";

/** What is known about a patient's allergies. That a block failed or is hidden is for the screen to say. */
export type AllergyState = "known" | "no_known" | "not_recorded";

/** How many files, and how much of them. */
export type Amount = {
/** Files. */
files: number,
/** Their sealed bytes. */
total: number,
/** How many of these bytes have been sent or fetched. */
done: number, };

/** Where a surface stands before it knows anything. */
export type AppState = "no_vault" | "locked" | "unlocked" | "wiped";

/** What is known without a password. */
export type AppStatus = {
/** Where it stands. */
state: AppState,
/** Who can unlock here; their roles are not told while locked. */
users: Array<UserRow>,
/** Why it is locked. */
locked_because: LockReason | null,
/** Seconds until the next password is looked at. */
retry_in_s: number,
/** `resume` would succeed without a password. */
can_resume: boolean,
/** What stands in the way of an unlock (keychain, newer vault). */
problem: CommandError | null,
/** The wipe of this device, where there was one and nobody has begun anew. */
wiped: WipedView | null,
/** How long this laptop opens without a word from the server; nothing where it has no lease. */
lease: LeaseView | null,
/** Of the program. */
version: string,
/** BCP 47 tag that the surface speaks while locked. */
language: string, };

/** One entry. */
export type AuditRow = {
/** Its number in the chain of its compartment, from 1. */
n: number,
/** When, in Unix milliseconds. */
at_ms: number,
/** Who; nothing for what no person did. */
user: string | null,
/** What was done. */
action: string,
/** Whose record it was about. */
patient: RecordId | null,
/** That patient's name, where it is still known. */
patient_name: string | null,
/** A small JSON object: counts, reasons, names of fields. */
detail: string | null,
/** It tells of a change whose values this person may look at (`audit_values`). */
values: boolean,
/** Which chain. */
compartment: Compartment,
/** What `audit_list` takes as `before` to go on after this row. */
cursor: number, };

/** The verdict on all. */
export type AuditVerification = {
/** One for each chain that the session can open. */
compartments: Array<ChainVerdict>, };

/** One sealed file: a document, a photo, a generated report. */
export type BlobId = string;

/** The verdict on one chain. */
export type ChainVerdict = {
/** Which chain. */
compartment: Compartment,
/** Entries that were read. */
entries: number,
/** Nothing was altered, taken out, exchanged or cut off. */
ok: boolean,
/** The first entry that is not as it was written. */
first_bad: number | null, };

/** One line of a chart block. */
export type ChartItem = {
/** Which record. */
id: RecordId,
/** The problem, medicine, vaccine, visit, procedure or report. */
what: Coded,
/** The FHIR status code; for problems the clinical status. */
status: string | null,
/** Whether it holds now: a current problem, a medicine being taken, a visit under way. */
active: boolean,
/** When it began or happened: a FHIR date or dateTime as it was written. */
start: string | null,
/** When it ended, in the same form. */
end: string | null,
/** One more line: dosage, severity, dose and lot, reason, conclusion. */
detail: string | null,
/** Who prescribed, performed or recorded it, by name. */
who: string | null, };

/** What was looked at. */
export type CheckId = "keychain" | "disk_encryption" | "cipher" | "permissions" | "free_space" | "vault" | "integrity" | "clock";

/** How it was found. */
export type CheckStatus = "ok" | "warning" | "fault" | "unknown";

/** Some of a document's content. */
export type Chunk = {
/** The bytes. */
base64: string,
/** There is no further chunk. */
last: boolean, };

/** The rules of the clinic. */
export type ClinicPolicy = {
/** Seconds without a hand on the machine until it locks. */
idle_lock_s: number,
/** Seconds after a crash, an update or a restart in which the password is not asked again; 0 for always ask. */
resume_window_s: number,
/** Days that a laptop may be unlocked without hearing from the server. */
lease_days: number,
/** Wrong passwords in a row that end the lease. */
wrong_password_limit: number,
/** Older programs read and send, and write nothing; `MAJOR.MINOR.PATCH`. */
min_app_version: string,
/** What of laptops whose disk is not encrypted. */
disk_encryption: DiskRule,
/** Days of grace before such a laptop does not unlock; counts only with `require`. */
disk_grace_days: number,
/** Days until the key of a compartment is replaced though nobody left. */
epoch_days: number,
/** Characters of a new password, at the least. */
min_password_length: number,
/** Whether records may leave as files. */
allow_export: boolean,
/** Whether a wipe needs a second admin. Once set, only the recovery key can clear it. */
two_admins_wipe: boolean, };

/** Six words, to compare on two screens or by phone. */
export type ClinicWords = {
/** In order. */
words: Array<string>, };

/** Something that has a name and perhaps a code. */
export type Coded = {
/** As its author wrote it, else as the best of its codes calls it, else that code. Empty when there is none of these. */
text: string,
/** The code. */
code: string | null,
/** The URI of the code's system. */
system: string | null, };

/** Light or dark. */
export type ColorScheme = "light" | "dark" | "auto";

/** A failed command. */
export type CommandError = {
/** What went wrong. */
code: ErrorCode,
/** The input element it is about, as a path (`draft.names[0].family`). */
field: string | null,
/** The same command may succeed when tried again. */
retryable: boolean,
/** Figures. */
detail: ErrorDetail | null, };

/** A need-to-know part of the record, with keys of its own. */
export type Compartment = "office" | "clinical";

/** One field to be settled. */
export type ConflictRow = {
/** Whose record. */
patient: PatientRow | null,
/** Where the record is. */
compartment: Compartment,
/** The record. */
record: RecordId,
/** The kind of record: FHIR's name. */
kind: string,
/** The element: FHIR's name, or `removed` where a removal met an edit. */
element: string,
/** Which item of the element, where it has several. */
item: number | null,
/** The values, the one that shows first. */
values: Array<ContestedValue>,
/** The chart is closed to this user: that something waits there is told, and not what. */
closed: boolean,
/** Whether `both` is a choice: the element is a set of items. */
both: boolean, };

/** One of them. */
export type ConflictValue = {
/** As JSON text; empty where it was cleared. */
value: string,
/** Who wrote it. */
by: string | null,
/** When, in Unix milliseconds. */
at_ms: number, };

/** A phone number, mail address or the like. */
export type ContactPoint = {
/** The item it was read from. */
item: number | null,
/** What it is. */
system: ContactSystem,
/** Where it reaches the patient. */
use_: ContactUse | null,
/** As people read it: a number that is stored in E.164 shows in its international form. */
value: string,
/** The number in E.164, where it is a valid one. Only for reading; ignored in an edited draft. */
e164: string | null, };

/** The codes of <http://hl7.org/fhir/R4/valueset-contact-point-system.html>. */
export type ContactSystem = "phone" | "email" | "sms" | "fax" | "url" | "pager" | "other";

/** The codes of <http://hl7.org/fhir/R4/valueset-contact-point-use.html>. */
export type ContactUse = "home" | "work" | "mobile" | "temp" | "old";

/** One value of several that had not seen each other. */
export type ContestedValue = {
/** The value in words; empty where the write cleared the field. */
text: string,
/** Whether it is the one that shows. */
shown: boolean,
/** Who wrote it; the id's first digits where the name is not known. */
user: string,
/** On which device; the id's first digits where the name is not known. */
device: string,
/** When, by that device's clock, in Unix milliseconds. */
at_ms: number,
/** What `conflict_settle` takes to keep this one. */
choice: string, };

/** Whether and when the patient died. */
export type Deceased = { "kind": "alive_or_unknown" } | { "kind": "yes" } | { "kind": "on",
/** `yyyy`, `yyyy-mm` or `yyyy-mm-dd`. */
date: string, };

/** One device with its history. */
export type DeviceDetail = {
/** As in the list. */
device: DeviceRow,
/** What it said of itself, newest first. */
reports: Array<PostureReport>, };

/** One installation on one laptop. */
export type DeviceId = string;

/** One device of the clinic. */
export type DeviceRow = {
/** Its id. */
id: string,
/** Its name; the id's first digits where it cannot be read. */
name: string,
/** Whether it is this one. */
this: boolean,
/** Whether it is of the clinic. */
status: DeviceStatus,
/** Who uses it. */
users: Array<DeviceUser>,
/** When something of it last came here, in Unix milliseconds. */
last_heard_ms: number | null,
/** Whether its last checkpoint had the digest that this device had at the same vector; nothing where they were not comparable. */
agrees: boolean | null,
/** The order to wipe it, if there is one. */
wipe: WipeView | null,
/** What it last said of itself; nothing where it never did, or where the user may not know. */
report: PostureReport | null,
/** What is to be looked at, gravest first; nothing where the user may not know. */
warnings: Array<DeviceWarning>, };

/** Whether a device is of the clinic. */
export type DeviceStatus = "active" | "revoked";

/** One user of a device. */
export type DeviceUser = {
/** Who. */
id: string,
/** Their name; the id's first digits where it cannot be read. */
name: string,
/** What the roster lets them do. */
roles: Array<Role>, };

/** The verdict on one laptop. */
export type DeviceVerdict = {
/** Which. */
device: DeviceId,
/** Its name. */
name: string,
/** Entries that are here. */
entries: number,
/** The time of the last one, in Unix milliseconds: what came after it has not been heard of. */
last_ms: number | null,
/** Nothing is wrong. */
ok: boolean,
/** What is. */
problems: Array<TrailProblem>, };

/** One of them, with its figure where it has one. */
export type DeviceWarning = {
/** What. */
kind: WarningKind,
/** Days, changes, minutes or people. */
count: number | null, };

/** To whom, and why. */
export type Disclosure = {
/** Name and, where it is known, address. */
recipient: string,
/** Why. */
purpose: Purpose, };

/** One disclosure. */
export type DisclosureRow = {
/** When, in Unix milliseconds. */
at_ms: number,
/** Who received it; nothing where nobody said so. */
recipient: string | null,
/** What it was. */
given: Given,
/** Which record, where it was one. */
record: RecordId | null,
/** Why; nothing where nobody said so. */
purpose: Purpose | null,
/**
 * The rule asks to account for it. Treatment, payment, the clinic's own work and what the patient got are excepted; what nobody gave a
 * purpose is not.
 */
must_account: boolean,
/** Who gave it. */
user: string | null,
/** On which laptop. */
device_name: string, };

/** What of laptops whose disk is not encrypted. */
export type DiskRule = "off" | "warn" | "require";

/** One finding. */
export type DoctorCheck = {
/** What was looked at. */
id: CheckId,
/** How it was found. */
status: CheckStatus,
/** In English: figures and file names inside the home folder. */
detail: string, };

/** A document, as a list shows it. */
export type Document = {
/** Which record. */
id: RecordId,
/** Whose. */
patient: RecordId,
/** Who may read it: everybody of the office, or those who read the chart. */
compartment: Compartment,
/** What it is called. */
title: string,
/** What sort it is. */
kind: DocumentKind,
/** The day on it, as a FHIR date. */
date: string | null,
/** The name that its file had. */
file_name: string,
/** What the file is. */
media_type: string,
/** The length of its content, in bytes. */
size: number,
/** Who added it. */
author: string,
/** When, in Unix milliseconds. */
added_ms: number,
/** It was removed. */
removed: boolean,
/** Where its file is. */
file: FileState,
/** Record and file have left this laptop. */
sent: boolean,
/** One of the two is only here. */
unsent: boolean, };

/** What sort of document it is. */
export type DocumentKind = "letter" | "report" | "result" | "image" | "consent" | "identity" | "insurance" | "other";

/** When it was kept. */
export type DraftSaved = {
/** In Unix milliseconds. */
saved_at_ms: number, };

/** One entry. */
export type EntryName = {
/** The laptop, for an entry of the trail; nothing for one of this laptop's own log. */
device?: DeviceId | null,
/** Which chain. */
compartment: Compartment,
/** Its number there. */
n: number, };

/** The values of one entry. */
export type EntryValues = {
/** Which entry. */
entry: EntryName,
/** What can be said. */
state: ValuesState,
/** The fields. */
changes: Array<ValueChange>, };

/** Why a command failed. Grown only when a surface has something different to say or do. */
export type ErrorCode = "wrong_password" | "too_soon" | "keychain_absent" | "keychain_locked" | "keychain_entry_missing" | "keychain_changed" | "slot_damaged" | "slot_newer" | "no_vault" | "vault_exists" | "locked" | "forbidden" | "chart_restricted" | "not_found" | "invalid" | "password_too_short" | "password_too_long" | "password_common" | "vault_newer" | "vault_damaged" | "vault_busy" | "disk_full" | "file_unreadable" | "import_running" | "cancelled" | "too_large" | "conflict" | "server_unreachable" | "server_certificate" | "server_refused" | "server_full" | "server_answer" | "not_attached" | "not_enrolled" | "device_revoked" | "user_revoked" | "policy_forbids" | "update_required" | "roster_refused" | "no_key" | "expired" | "invitation_invalid" | "recovery_words" | "recovery_shares" | "recovery_key" | "wiped" | "lease_ended" | "file_not_here" | "internal";

/** The figures that belong to an error. */
export type ErrorDetail = {
/** Seconds to wait. */
seconds?: number,
/** A file, relative to the home folder, or as the person named it. */
file?: string | null,
/** A format or schema version. */
version?: number | null, };

/** What was written. */
export type ExportedTrail = {
/** Entries. */
entries: number,
/** The file's length. */
bytes: number, };

/** Values of one element that were written without knowledge of each other. */
export type FieldConflict = {
/** FHIR's name of the element. */
element: string,
/** The values, the one that shows first. */
values: Array<ConflictValue>, };

/** How a file holds its resources. */
export type FileForm = "bundle" | "ndjson" | "single" | "unreadable";

/** Where a file is. */
export type FilePlace = "here" | "sending" | "fetching" | "waits" | "damaged" | "missing";

/** Where a file is, and how far it has come. */
export type FileState = {
/** Where. */
place: FilePlace,
/** Sealed bytes that have been sent or fetched. */
done: number,
/** Sealed bytes in all. */
total: number,
/** Which laptop is waited for, where its name is known. */
device: string | null, };

/** All files that are not where they should be. */
export type Files = {
/** Here only. */
sending: Amount,
/** With the server only. */
fetching: Amount,
/** With neither. */
waiting: Array<FilesWait>,
/** The server gave other bytes; another laptop is asked. */
damaged: number, };

/** Files that another laptop has not sent yet. */
export type FilesWait = {
/** Its name, where it is known. */
device: string | null,
/** How many. */
files: number, };

/** The codes of <http://hl7.org/fhir/R4/valueset-administrative-gender.html>. */
export type Gender = "male" | "female" | "other" | "unknown";

/** What was given. */
export type Given = "record" | "document" | "print";

/** One time. */
export type GlassRow = {
/** What `glass_seen` takes. */
id: string,
/** The laptop. */
device: DeviceId,
/** Its name. */
device_name: string,
/** Who. */
user: string,
/** It was the user who asks. */
own: boolean,
/** Whose chart. */
patient: RecordId,
/** The patient, where they are known here. */
row: PatientRow | null,
/** Why; nothing where a newer version said something else. */
why: Why | null,
/** In the person's words. */
reason: string,
/** When, by that laptop's clock, in Unix milliseconds. */
began_ms: number,
/** Until when it was said to be. */
until_ms: number,
/** When it ended, as far as that was told. */
ended_ms: number | null,
/** It may still be open. */
open: boolean,
/** The admins who have seen this. */
seen_by: Array<string>,
/** The user who asks is one of them, or did it. */
seen: boolean, };

/** A name. A person with a single name has it in `family`, `given` or `text` alone. */
export type HumanName = {
/** The item it was read from. */
item: number | null,
/** What it is used for. */
use_: NameUse | null,
/** Titles, with a space between. */
prefix: string,
/** Given names, with a space between. */
given: string,
/** The family name, or several as one text. */
family: string,
/** What follows the name, with a space between. */
suffix: string,
/** The whole name as it is written, where that is known. */
text: string, };

/** A number that names the patient somewhere. */
export type Identifier = {
/** The item it was read from. */
item: number | null,
/** The URI of the list in which the value is unique; empty when unknown. */
system: string,
/** The number. */
value: string,
/** What people call it: 'Passport', 'MRN'. */
label: string, };

/** Which import to ask about. */
export type ImportJob = {
/** Its number in this run of the program. */
job: number, };

/** What an import would find. */
export type ImportPreview = {
/** The files, folders expanded. */
files: Array<PreviewFile>,
/** By type, most first. */
counts: Array<PreviewCount>,
/** Patients among them. */
patients: number,
/** The counts are of the first part only. */
sampled: boolean,
/** The resources' ids are not unique beyond where they come from: the person must name the source. */
needs_source: boolean, };

/** How far an import is, or how it ended. */
export type ImportProgress = {
/** Where it stands. */
state: ImportState,
/** Bytes read. */
bytes_done: number,
/** Bytes in all. */
bytes_total: number,
/** New records. */
imported: number,
/** Records that were known and differed. */
updated: number,
/** Records that were known and are the same. */
unchanged: number,
/** Resources that were not taken. */
rejected: number,
/** Of the new and updated ones, those kept verbatim. */
kept_verbatim: number,
/** The file that is being read, without folders. */
current_file: string | null,
/** Milliseconds since the start. */
elapsed_ms: number,
/** The first rejects. */
rejects: Array<ImportReject>,
/** New and updated records by type, most first. */
by_type: Array<TypeCount>,
/** What stopped it. */
error: CommandError | null, };

/** One resource that was not imported. */
export type ImportReject = {
/** The file's name without folders. */
file: string,
/** Which resource of the file, from 0. */
index: number,
/** Its type, where it could be read. */
resource_type: string | null,
/** The element that is wrong, as a FHIR path. */
element: string | null,
/** Why, in English, without content. */
reason: string, };

/** Where an import stands. */
export type ImportState = "running" | "done" | "cancelled" | "failed";

/** A laptop that an incident is about. */
export type IncidentDevice = {
/** Its id. */
id: string,
/** Its name. */
name: string,
/** Whether it is this one. */
this: boolean,
/** Who used it. */
people: Array<string>,
/** Whether nobody else uses it. */
alone: boolean,
/** Since when it is of the clinic, in Unix milliseconds by the clock of who said so. */
since_ms: number | null,
/** When something of it last came here, by this laptop's clock; nothing where nothing did. */
last_heard_ms: number | null,
/** What it said, when it last reported, of changes and files that it had not sent; nothing where it never did. */
unsent: UnsentThen | null,
/** The order to wipe it, if there is one. */
wipe: WipeView | null,
/** Changes of it that are here. */
segments: number,
/** Whether it has been taken out. */
revoked: boolean, };

/** What happened. */
export type IncidentKind = "stolen" | "leaving";

/** An incident in a list. */
export type IncidentRow = {
/** Its number on this laptop. */
id: number,
/** What happened. */
kind: IncidentKind,
/** Which laptop or who. */
name: string,
/** When it was opened, in Unix milliseconds. */
opened_ms: number,
/** When it was closed. */
closed_ms: number | null,
/** Steps that are not done. */
left: number, };

/** Something to do in an incident, in this order. */
export type IncidentStep = "wipe" | "revoke" | "epochs" | "vault_keys" | "viewed" | "evidence";

/** An incident with all that is known. */
export type IncidentView = {
/** What a list shows of it. */
row: IncidentRow,
/** The laptops. */
devices: Array<IncidentDevice>,
/** What could be read there. */
could_read: Array<Compartment>,
/** Patients of the clinic, all of whom a laptop has. */
patients: number,
/** The steps, in order. */
steps: Array<StepView>,
/**
 * What was looked at and done in the last days, newest first, out of the clinic's trail: on the stolen laptop by anybody, by the person who
 * leaves on any laptop.
 */
viewed: Array<TrailEntryRow>,
/** There are older entries of those days than are here: see the audit trail. */
viewed_more: boolean,
/** Before this time this reader's trail knows nothing; nothing where it is the whole. */
viewed_known_from_ms: number | null,
/** How many days that is. */
viewed_days: number,
/** The file that was saved. */
evidence_file: string | null,
/** The BLAKE3 hash of its content, in hexadecimal. */
evidence_hash: string | null, };

/** A new invitation. */
export type Invitation = {
/** The code that the new device is given. Whoever has it may ask to join. */
code: string,
/** When it ends, in Unix milliseconds. */
expires_ms: number, };

/** A device that asks to join. */
export type JoinRequest = {
/** Names the request. */
id: string,
/** What the device calls itself. */
device_name: string,
/** Who sits before it. */
user_name: string,
/** Must be the same as on the new device's screen. */
words: Array<string>,
/** When this laptop first saw it, in Unix milliseconds. */
at_ms: number,
/** The person of the clinic for whom the invitation was made, if it was for one. */
person: UserId | null, };

/** How far a join has come, on the device that joins. */
export type JoinState = "none" | "waiting" | "approved" | "refused" | "expired" | "failed";

/** A join, as the device that joins shows it. */
export type JoinView = {
/** How far it is. */
state: JoinState,
/** The six words that the admin compares; none where there is no request. */
words: Array<string>,
/** The clinic's id, its first eight digits. */
clinic: string | null,
/** Figures of a failure. */
detail: ErrorDetail | null, };

/** Who may renew a key. */
export type KeyHolder = "admin" | "clinician" | "anybody" | "yourself" | "server" | "join_anew";

/** A key or certificate of the clinic or of this laptop. */
export type KeyKind = "epoch_office" | "epoch_clinical" | "vault_office" | "vault_clinical" | "device_key" | "device_secret" | "password" | "recovery_key" | "server_certificate";

/** How far a renewal is. */
export type KeyProgress = {
/** Which key. */
key: KeyKind,
/** What is being done. */
stage: KeyStage,
/** Bytes written so far. */
bytes_done: number,
/** Bytes that there will be, about. */
bytes_total: number, };

/** One key or certificate. */
export type KeyRow = {
/** Which. */
key: KeyKind,
/** Its number, where keys of its kind are numbered. */
number: number | null,
/** Since when it is in use, in Unix milliseconds; nothing where that is not known here. */
since_ms: number | null,
/** When the next is due, or when it ends; nothing where no time is set. */
due_ms: number | null,
/** Whether that time has come. */
overdue: boolean,
/** Who may renew it. */
by: KeyHolder,
/** Whether this session may renew it, here and now. */
may: boolean,
/** Users of this laptop who have not unlocked since the last renewal, and take the new key over when they do. */
waiting: number, };

/** What a renewal is doing. */
export type KeyStage = "copying" | "comparing" | "checking" | "exchanging";

/** Why a lease has ended. */
export type LeaseEnd = "time" | "wrong_passwords" | "missing";

/** How long this laptop opens without a word from the server. */
export type LeaseView = {
/** When it ends if the server is not met before, by this laptop's clock, in Unix milliseconds; nothing where it does not end. */
ends_ms: number | null,
/** It ends within days: the server should be met. */
soon: boolean,
/** It has ended: nothing opens before the server was met. */
ended: LeaseEnd | null, };

/** One part by others. */
export type Licence = {
/** The part. */
name: string,
/** Its licence's SPDX expression. */
licence: string, };

/** Why the session was locked. */
export type LockReason = "button" | "shortcut" | "idle" | "suspend" | "screen_lock" | "window_closed" | "user_switch" | "quit" | "started" | "access_changed" | "revoked" | "wiped" | "lease_ended";

/** One person of the clinic. */
export type Member = {
/** Who. */
id: UserId,
/** Their name; the id's first digits where it cannot be read. */
name: string,
/** What they may do, on every laptop. */
roles: Array<Role>,
/** Whether it is the session's user. */
this: boolean,
/** They have left, for ever. */
revoked: boolean,
/** The laptops that they use or used. */
devices: Array<MemberDevice>, };

/** A laptop of a person. */
export type MemberDevice = {
/** Its id. */
id: string,
/** Its name. */
name: string,
/** Whether they may use it. */
active: boolean, };

/** The codes of <http://hl7.org/fhir/R4/valueset-name-use.html>. */
export type NameUse = "official" | "usual" | "maiden" | "nickname" | "old" | "temp" | "anonymous";

/** A person. */
export type Named = {
/** Who. */
id: UserId,
/** Their name; the id's first digits where it is not known here. */
name: string, };

/** Somebody to call. */
export type NextOfKin = {
/** The item it was read from. */
item: number | null,
/** The whole name. */
name: string,
/** 'Mother', 'friend': in words. */
relationship: string,
/** The first telephone number. */
phone: string, };

/** A finished note. */
export type Note = {
/** Which record. */
id: RecordId,
/** What it says. */
text: string,
/** Who wrote it. */
author: string,
/** When it was finished, in Unix milliseconds. */
at_ms: number, };

/** A note that is being written. */
export type NoteDraft = {
/** What it says so far. */
text: string,
/** When it was saved, in Unix milliseconds. */
saved_at_ms: number, };

/** The input or output of what takes or answers nothing. */
export type Nothing = Record<symbol, never>;

/** One measurement. */
export type ObservationPoint = {
/** Which record. */
id: RecordId,
/** When: a FHIR date or dateTime as it was written; empty when unknown. */
at: string,
/** The number, for a trend. `text` is what was written. */
value: number | null,
/** The value as it was written, with its unit, never rounded. */
text: string,
/** `H`, `L`, `N` or the interpretation in words. */
interpretation: string | null,
/** The lower end of the reference range. */
low: number | null,
/** The upper end of the reference range. */
high: number | null, };

/** Measurements of one thing, newest first. */
export type ObservationSeries = {
/** What was measured; of a part of a measurement ('Systolic'), the part. */
what: Coded,
/** The unit that all numbers have. */
unit: string | null,
/** The measurements. */
points: Array<ObservationPoint>, };

/** Records of one type. */
export type OtherCount = {
/** FHIR's name of the type. */
resource_type: string,
/** How many. */
count: number, };

/** A chart that this user has opened so. */
export type OwnGlass = {
/** Whose. */
patient: RecordId,
/** The patient, where they are known here. */
row: PatientRow | null,
/** Since when, in Unix milliseconds. */
began_ms: number,
/** Until when, by this laptop's clock. */
until_ms: number,
/** What is left of it, in milliseconds. */
left_ms: number, };

/** A password as the person typed it. Wiped on drop; has no `Debug` content and no `Serialize`. */
export type Password = string;

/** Whether it may be taken. */
export type PasswordVerdict = {
/** It may. */
acceptable: boolean,
/** Why not. */
problem: ErrorCode | null, };

/** One patient's registration. */
export type PatientDetail = {
/** As lists show them. */
row: PatientRow,
/** As the form shows them. */
draft: PatientDraft,
/** There is a photo. */
has_photo: boolean,
/** Who opens the chart as usual; nothing where the patient is not restricted. */
restriction: RestrictionView | null,
/** This user may restrict the patient, or change or lift that. */
may_restrict: boolean,
/** Values that met and that a person must settle. */
conflicts: Array<FieldConflict>,
/** When it changed last, in Unix milliseconds. */
updated_at_ms: number,
/** Who changed it last. */
updated_by: string | null,
/** The label of the import it came with. */
source: string | null,
/** Everything that this laptop wrote in it has left this laptop. */
sent: boolean,
/** It has changes that have not left this laptop, though there is a server to take them. */
unsent: boolean, };

/** Everything that a registration form shows. */
export type PatientDraft = {
/** Names; the first official one is the one that identifies. */
names: Array<HumanName>,
/** `yyyy`, `yyyy-mm` or `yyyy-mm-dd`. */
birth_date: string | null,
/** Gender for administration. */
gender: Gender | null,
/** `F`, `M`, `OTH` or `UNK`: the codes of US Core birth sex. */
sex_at_birth: string | null,
/** Pronouns in the patient's words. */
pronouns: string | null,
/** Phones, mail addresses and the like. */
telecom: Array<ContactPoint>,
/** Addresses. */
addresses: Array<Address>,
/** Record numbers, insurance numbers and the like. */
identifiers: Array<Identifier>,
/** Whom to call. */
next_of_kin: Array<NextOfKin>,
/** Whether and when the patient died. */
deceased: Deceased,
/** A code of <http://terminology.hl7.org/CodeSystem/v3-MaritalStatus> (`M`, `S`, ...), or words. */
marital_status: string | null,
/** The language to speak with the patient: a BCP 47 tag where there is one, else words. */
language: string | null,
/** What the front desk must know at once. */
emergency_note: string | null, };

/** One patient, as lists show them: enough to tell people apart. */
export type PatientRow = {
/** Which record. */
id: RecordId,
/** Medical record number; empty where there is none. */
mrn: string,
/** Family names, or an undivided name. */
family: string,
/** Given names. */
given: string,
/** The name the patient goes by. */
preferred: string | null,
/** `yyyy`, `yyyy-mm` or `yyyy-mm-dd`. */
birth_date: string | null,
/** How old, in the unit that clinicians use for it; of the dead the age at death. */
age: string | null,
/** As FHIR has it. */
gender: Gender | null,
/** The first phone number. */
phone: string | null,
/** The city of the first address. */
city: string | null,
/** Known to have died. */
deceased: boolean,
/** The record is removed. */
removed: boolean,
/** Another row of this answer has the same name. */
same_name: boolean,
/** Only the people named for it open the chart as usual. */
restricted: boolean, };

/** What was found. */
export type PatientSearchResult = {
/** Best first. */
rows: Array<PatientRow>,
/** There is more than was asked for. */
more: boolean,
/** What the text was taken for. */
understood: Understood,
/** Microseconds inside the vault. */
took_us: number, };

/** A picture. */
export type Photo = {
/** `image/png`, `image/jpeg` or `image/webp`. */
media_type: string,
/** The file. */
base64: string, };

/** What a laptop says of itself. On the way it is the detail of an audit entry; what a newer version adds to it is passed over. */
export type Posture = {
/** The computer's name. */
host: string,
/** The operating system with its version. */
os: string,
/** Wardkeep's version. */
app: string,
/** What keeps its secrets. */
keychain: string,
/** Whether the disk below the records is encrypted. */
disk_encrypted: Told,
/** Whether the screen locks by itself. */
screen_locks: Told,
/** After how many seconds. */
screen_lock_s: number | null,
/** Who has a key slot there. */
users: Array<UserId>,
/** Changes that the server has not acknowledged. */
unsent: number,
/** Since when the oldest of them waits, in Unix milliseconds. */
unsent_since_ms: number | null,
/** Documents and photos that the server does not have. */
unsent_files: number,
/** Its clock less the server's. */
clock_offset_ms: number | null,
/** When it last heard from the server, in Unix milliseconds. */
heard_ms: number | null,
/** When its lease ends; nothing where it has none. */
lease_ends_ms: number | null, };

/** One thing that a laptop says of itself and that can change. */
export type PostureField = "host" | "os" | "app" | "keychain" | "disk_encrypted" | "screen_locks" | "users";

/** One report as the surfaces see it. */
export type PostureReport = {
/** When it was made, by that laptop's clock, in Unix milliseconds. */
at_ms: number,
/** What it says. */
posture: Posture,
/** The people with a key slot, by name. */
people: Array<string>,
/** What differs from the report before it; nothing for the first that is known. */
changed: Array<PostureField>, };

/** Resources of one type in a preview. */
export type PreviewCount = {
/** FHIR's name of the type. */
resource_type: string,
/** How many. */
count: number,
/** Becomes a typed record; otherwise it is kept verbatim. */
typed: boolean, };

/** One file of a preview. */
export type PreviewFile = {
/** Its name without folders. */
name: string,
/** Its size. */
bytes: number,
/** How it holds its resources. */
form: FileForm,
/** Why it cannot be read, in English, without content. */
problem: string | null, };

/** One problem. */
export type Problem = {
/** What. */
kind: ProblemKind,
/** About which device, if one; its name where it is known, else its id's first digits. */
device: string | null,
/** When it was seen last, in Unix milliseconds. */
at_ms: number,
/** How often, or how many segments. */
count: number, };

/** What is wrong, by kind. */
export type ProblemKind = "server_lost_data" | "server_rolled_back" | "withheld" | "fork" | "clone" | "divergence" | "unreadable" | "quarantined" | "newer_version" | "clock" | "refused" | "server_full" | "server_fault" | "certificate" | "no_key" | "snapshot_refused" | "segments_dropped" | "false_receipt" | "file_damaged";

/** Why records are given out. */
export type Purpose = "treatment" | "payment" | "operations" | "patient" | "public_health" | "legal" | "research" | "other";

/** One field that was written. */
export type QuarantineChange = {
/** The number of its segment: up to which one may accept. */
segment: number,
/** When, by the device's clock, in Unix milliseconds. */
at_ms: number,
/** Who was unlocked. */
user: string,
/** Whose record, where that patient is known here. */
patient: PatientRow | null,
/** The record. */
record: string,
/** The kind of record: FHIR's name. */
kind: string,
/** The element: FHIR's name, or `removed`. */
element: string,
/** The value in words; empty where the field was cleared. */
text: string,
/** The chart is closed to this user: that something was written is told, and not what. */
closed: boolean, };

/** A part of what a device writes. */
export type QuarantinePart = "office" | "clinical" | "audit";

/** What one device wrote in one part after its revocation. */
export type QuarantineRow = {
/** The device. */
device: string,
/** Its name; the id's first digits where it cannot be read. */
name: string,
/** In which part. */
part: QuarantinePart,
/** Whether an admin has decided. */
state: QuarantineState,
/** How many sealed segments. */
segments: number,
/** Their bytes. */
bytes: number,
/** When the last of them came here, in Unix milliseconds. */
received_ms: number,
/** How many changes are in them; nothing where the session cannot open them. */
changes: number | null,
/** When the first and the last of these was written, by the device's clock. */
written_ms: [number, number] | null,
/** Who wrote them. */
users: Array<string>,
/** Why they stay out. */
reason: string | null, };

/** What an admin has said. */
export type QuarantineState = "waiting" | "discarded";

/** Progress of a fetch. */
export type Receiving = {
/** What is counted. */
what: ReceivingWhat,
/** Fetched and applied. */
done: number,
/** Known to exist. */
total: number, };

/** What is being fetched. */
export type ReceivingWhat = "changes" | "snapshot" | "records";

/** One record: a patient, an allergy, an observation. */
export type RecordId = string;

/** One compartment of a report. */
export type RecoveryPart = {
/** Which. */
compartment: Compartment,
/** The newest epoch of the clinic. */
epoch: number,
/** Whether the paper has the keys of all epochs. Where not, a laptop that has them must be online once. */
opens: boolean, };

/** One word or group to type again. */
export type RecoveryQuestion = {
/** On which sheet, from 1. */
sheet: number,
/** At which place, from 1. */
place: number, };

/** What a paper opens, as tried with the server. */
export type RecoveryReport = {
/** The paper's short name. */
paper: string,
/** Every compartment that has a key. */
parts: Array<RecoveryPart>, };

/** A new recovery key, to be written down. It is shown once. */
export type RecoverySheets = {
/** Its short name, which also serves as check characters. */
paper: string,
/** Where the clinic's server is. */
server: string,
/** The server's pin. */
pin: string,
/** The clinic's id. */
clinic: string,
/** One sheet of 24 words, or three of 28 groups, of which two are enough. */
sheets: Array<Array<string>>,
/** What is to be typed again. */
questions: Array<RecoveryQuestion>, };

/** The recovery key that the clinic has. */
export type RecoveryStatus = {
/** The short name that stands on the paper; nothing where the clinic has none. */
paper: string | null,
/** Since when it counts, in Unix milliseconds. */
since_ms: number | null,
/** When somebody last used it to take a laptop in: then another should take its place. */
used_ms: number | null,
/** Whether one is made that nobody has proven to have written down yet. */
prepared: boolean, };

/** Who opens the chart of a restricted patient, and how that is for the user who asks. */
export type RestrictionView = {
/** The people who open it as usual. */
people: Array<Named>,
/** It is open to this user now. */
open: boolean,
/** It is so by broken glass, until then by this laptop's clock, in Unix milliseconds. */
glass_until_ms: number | null,
/** This user may break the glass. */
may_break: boolean, };

/** What a user is at the clinic; a user may be several. */
export type Role = "front_desk" | "clinician" | "admin";

/** What was sealed. */
export type SealedExport = {
/** The sealed file. */
blob: BlobId,
/** Resources in it. */
resources: number,
/** Its length before sealing. */
bytes: number, };

/** Who is unlocked, and with what. */
export type Session = {
/** Who. */
user: UserRow,
/** The clinic's name. */
clinic_name: string,
/** The compartments whose keys this session holds. */
compartments: Array<Compartment>,
/** The policy. */
settings: Settings,
/** Patients that are not removed. */
patient_count: number, };

/** The settings, all at once. */
export type Settings = {
/** Seconds without a person until the session locks. */
idle_lock_s: number,
/** Seconds after a crash, restart or update in which the password is not asked again; 0 for never. */
resume_window_s: number,
/** ISO 3166 alpha-2: the country of phone numbers without a country code. */
default_region: string,
/** BCP 47 tag of the screens' language. */
language: string,
/** Light or dark. */
color_scheme: ColorScheme,
/** Characters that a new password needs at least. */
min_password_length: number, };

/** What takes it back. */
export type SettledView = {
/** For `conflict_undo`, in this session. */
undo: string, };

/** The last snapshot of a compartment. */
export type SnapshotStatus = {
/** Of which compartment. */
compartment: Compartment,
/** When it was made, by its maker's clock, in Unix milliseconds. */
made_ms: number,
/** By which laptop. */
by: string,
/** Whether a new laptop would take it. */
trust: SnapshotTrust,
/** Its bytes, sealed. */
bytes: number, };

/** Why a snapshot may be taken, or not yet. */
export type SnapshotTrust = "confirmed" | "alone" | "unconfirmed";

/** How a step stands. */
export type StepState = "todo" | "done" | "waiting" | "failed";

/** One step. */
export type StepView = {
/** Which. */
step: IncidentStep,
/** How it stands. */
state: StepState,
/** When it was done, or tried last, in Unix milliseconds. */
at_ms: number | null,
/** Why it failed. */
error: ErrorCode | null, };

/** Where sync stands, in one word. */
export type SyncState = "alone" | "joining" | "offline" | "syncing" | "up_to_date" | "stale" | "alarm" | "revoked";

/** Sync, as a status line and a page show it. */
export type SyncStatus = {
/** In one word. */
state: SyncState,
/** The server's address. */
server: string | null,
/** The clinic's id, its first eight digits. */
clinic: string | null,
/** When the server last answered, in Unix milliseconds. */
last_heard_ms: number | null,
/** When a round last ended with everything sent and fetched, in Unix milliseconds. */
last_synced_ms: number | null,
/** What the server has not acknowledged; empty while locked, when it cannot be counted. */
waiting: Array<Waiting>,
/** How far a long fetch has come. */
receiving: Receiving | null,
/** Documents and pictures that are not where they should be. */
files: Files,
/** What is wrong. */
problems: Array<Problem>,
/** Records in which values met that had not seen each other; 0 while locked. */
conflicts: number,
/** Seconds until the next try. */
retry_in_s: number | null,
/** Since when the server cannot be reached, in Unix milliseconds. */
offline_since_ms: number | null,
/** This laptop's clock less the server's, in milliseconds, at the last hello. */
clock_offset_ms: number | null,
/** The last snapshot of each open compartment. */
snapshots: Array<SnapshotStatus>,
/** How long this laptop opens without a word from the server; nothing where it has no lease. */
lease: LeaseView | null, };

/** Whether something is so. 'Cannot tell' is an answer of its own, and never taken for yes or no. */
export type Told = "yes" | "no" | "unknown";

/** How long it may now rest. */
export type Touched = {
/** Seconds until the session locks by itself. */
idle_lock_in_s: number, };

/** One entry of the clinic's trail. */
export type TrailEntryRow = {
/** Its number in the chain of its device and compartment. */
n: number,
/** When, by that device's clock, in Unix milliseconds. */
at_ms: number,
/** The laptop. */
device: DeviceId,
/** Its name. */
device_name: string,
/** Who, by id; nothing for what no person did. */
user_id: UserId | null,
/** Who. */
user: string | null,
/** What was done. */
action: string,
/** Whose record it was about. */
patient: RecordId | null,
/** That patient's name, where it is known here. */
patient_name: string | null,
/** A small JSON object. */
detail: string | null,
/** There is a detail, and it stays with those who hold the chart. */
withheld: boolean,
/** It tells of a change whose values this person may look at (`audit_values`). */
values: boolean,
/** Which chain. */
compartment: Compartment,
/** What `before` takes to go on after this row. */
cursor: number, };

/** The form of the file. */
export type TrailFormat = "fhir" | "csv";

/** One thing that is wrong. */
export type TrailProblem = {
/** Which chain of the laptop. */
compartment: Compartment,
/** The number of the entry where it shows. */
n: number,
/** What. */
wrong: Wrong, };

/** Imported resources of one type. */
export type TypeCount = {
/** FHIR's name of the type. */
resource_type: string,
/** How many. */
count: number, };

/** What the text was taken for. */
export type Understood = {
/** Names, folded. */
names: Array<string>,
/** The part that was read as a birth date. */
birth_date: string | null,
/** Digits that were looked for among phone numbers. */
phone: string | null,
/** What was looked for among record numbers. */
mrn: string | null, };

/** What a laptop had not sent when it last said so. */
export type UnsentThen = {
/** When that was, by its clock, in Unix milliseconds. */
at_ms: number,
/** Changes. */
changes: number,
/** Documents and photos. */
files: number, };

/** A person who uses Wardkeep. */
export type UserId = string;

/** One user, as lists show them. */
export type UserRow = {
/** Who. */
id: UserId,
/** Their name. */
name: string,
/** One or two letters for a small picture. */
initials: string,
/** What they may do; not told while locked. */
roles: Array<Role> | null, };

/** One field. */
export type ValueChange = {
/** The element's name. */
field: string,
/** Which item of it. */
item: number | null,
/** The values that were replaced, as JSON texts, the one that showed first; none where there was no value. */
before: Array<string>,
/** A value that was replaced is not on this laptop. */
before_missing: boolean,
/** The new value; nothing where it was cleared. */
after: string | null, };

/** What can be said of an entry's values. */
export type ValuesState = "known" | "none" | "no_key" | "restricted" | "not_here";

/** How the person came to the patient. */
export type Via = "search" | "recent" | "link" | "register";

/** A person who had to do with the patient's record. */
export type Viewer = {
/** Who. */
user: UserId,
/** Their name. */
name: string,
/** On which laptops. */
devices: Array<string>,
/** How often they opened it. */
looked: number,
/** How often they changed or added something. */
changed: number,
/** How often they gave something out. */
gave_out: number,
/** The first time, in Unix milliseconds. */
first_ms: number,
/** The last time. */
last_ms: number, };

/** Who looked at one patient. */
export type Viewers = {
/** At whom. */
patient: RecordId,
/** Their name. */
patient_name: string | null,
/** The people, the last one first. */
rows: Array<Viewer>,
/** There are older entries than were looked through. */
more: boolean,
/** Before this time this reader's trail knows nothing; nothing where it is the whole. */
known_from_ms: number | null, };

/** What of one compartment has not left this laptop. */
export type Waiting = {
/** Which. */
compartment: Compartment,
/** Changes. */
changes: number,
/** When the oldest of them was made, in Unix milliseconds. */
oldest_ms: number | null, };

/** What an admin should look at. */
export type WarningKind = "differs" | "not_encrypted" | "out_of_date" | "silent" | "unsent" | "clock_off" | "no_screen_lock" | "former_users" | "no_report";

/** Which entries; what is not named does not narrow. */
export type Which = {
/** By this person. */
user: UserId | null,
/** About this patient. */
patient: RecordId | null,
/** On this laptop. */
device: DeviceId | null,
/** One of these, by name. */
actions: Array<string>,
/** From this time on, in Unix milliseconds. */
from_ms: number | null,
/** Before this time. */
until_ms: number | null, };

/** Why the glass was broken. */
export type Why = "emergency" | "cover" | "patient" | "other";

/** How far an order to wipe a device has come. */
export type WipeState = "waits_for_second" | "ordered" | "delivered" | "confirmed";

/** An order to wipe a device, as an admin sees it. */
export type WipeView = {
/** How far it has come. */
state: WipeState,
/** When it was ordered, by the clock of who ordered it, in Unix milliseconds. */
ordered_ms: number,
/** Who ordered it. */
ordered_by: string,
/** Whether this user may give the second word. */
may_confirm: boolean,
/** Whether the device posts first what it has not sent. */
post_unsent: boolean,
/** When the word came that it has heard of the order, in Unix milliseconds. */
delivered_ms: number | null,
/** When the receipt came, in Unix milliseconds. */
confirmed_ms: number | null,
/** When something of the device last came here, in Unix milliseconds; nothing where nothing did. */
heard_ms: number | null,
/** When its lease ends at the latest, by what the server says of the last time it was renewed, in Unix milliseconds. */
lease_ends_ms: number | null, };

/** This device was wiped, or is being wiped. */
export type WipedView = {
/** Whether everything is over: destroyed, and the receipt sent. */
over: boolean,
/** Since when, in Unix milliseconds. */
at_ms: number, };

/** What is wrong with a laptop's entries. */
export type Wrong = "missing" | "altered" | "rewritten" | "tampered" | "segment_gone";

/** Every command: its input and its output. */
export interface Commands {
  app_status: { input: Record<symbol, never>; output: AppStatus };
  vault_create: { input: {
/** The clinic's name. */
clinic_name: string,
/** The first user's name. */
user_name: string,
/** The first user's password. */
password: Password, }; output: Session };
  password_check: { input: {
/** The password as typed so far. */
password: Password,
/** Whose it will be: a password that holds the name is no good. */
user_name: string, }; output: PasswordVerdict };
  unlock: { input: {
/** The user. */
user: UserId,
/** Their password. */
password: Password, }; output: Session };
  resume: { input: Record<symbol, never>; output: Session | null };
  lock: { input: {
/** Why. */
reason: LockReason, }; output: Nothing };
  session: { input: Record<symbol, never>; output: Session };
  touch: { input: Record<symbol, never>; output: Touched };
  user_list: { input: Record<symbol, never>; output: Array<UserRow> };
  user_add: { input: {
/** Their name. */
name: string,
/** What they may do; at least one. */
roles: Array<Role>,
/** Their first password. */
password: Password, }; output: UserRow };
  user_remove: { input: {
/** The user. */
user: UserId, }; output: Nothing };
  member_list: { input: Record<symbol, never>; output: Array<Member> };
  user_roles: { input: {
/** The person. */
user: UserId,
/** What they may do from now on; at least one. Who shall do nothing any more is revoked. */
roles: Array<Role>, }; output: Array<Member> };
  user_revoke: { input: {
/** The person. */
user: UserId,
/** On this laptop alone; everywhere and for ever where none is named. */
device?: DeviceId | null, }; output: Array<Member> };
  password_change: { input: {
/** The present password. */
current: Password,
/** The next one. */
new: Password, }; output: Nothing };
  settings_get: { input: Record<symbol, never>; output: Settings };
  settings_set: { input: Settings; output: Settings };
  policy_get: { input: Record<symbol, never>; output: ClinicPolicy };
  policy_set: { input: ClinicPolicy; output: ClinicPolicy };
  patient_search: { input: {
/** As typed so far. */
query: string,
/** At most this many rows. */
limit: number, }; output: PatientSearchResult };
  patient_recent: { input: {
/** At most this many, the latest first. */
limit: number, }; output: Array<PatientRow> };
  patient_open: { input: {
/** The patient. */
id: RecordId,
/** How the person came here. */
via: Via, }; output: PatientDetail };
  patient_duplicates: { input: {
/** All of it. */
draft: PatientDraft, }; output: Array<PatientRow> };
  patient_register: { input: {
/** All of it. */
draft: PatientDraft, }; output: PatientDetail };
  patient_edit: { input: {
/** The patient. */
id: RecordId,
/** The whole form. */
draft: PatientDraft, }; output: PatientDetail };
  patient_remove: { input: {
/** The patient. */
id: RecordId,
/** Why, in the person's words. */
reason: string, }; output: Nothing };
  patient_restore: { input: {
/** The patient. */
id: RecordId, }; output: PatientDetail };
  patient_photo_set: { input: {
/** The patient. */
id: RecordId,
/** `image/png`, `image/jpeg` or `image/webp`. */
media_type: string,
/** The file, at most 8 MiB. */
base64: string, }; output: PatientDetail };
  patient_photo_remove: { input: {
/** The patient. */
id: RecordId, }; output: PatientDetail };
  patient_photo: { input: {
/** The patient. */
id: RecordId, }; output: Photo | null };
  patient_history: { input: {
/** The patient. */
id: RecordId,
/** At most this many entries, newest first. */
limit: number, }; output: Array<AuditRow> };
  patient_restrict: { input: {
/** The patient. */
patient: RecordId,
/** Who opens the chart as usual. Nobody, which only an admin can say, seals it for emergencies. */
users: Array<UserId>, }; output: PatientDetail };
  patient_unrestrict: { input: {
/** The patient. */
patient: RecordId, }; output: PatientDetail };
  restriction_people: { input: Record<symbol, never>; output: Array<Named> };
  glass_break: { input: {
/** The patient. */
patient: RecordId,
/** Why. */
why: Why,
/** The same in the person's words, for the admins to read. */
reason: string,
/** For how long, 5 to 720; an hour where nothing is said. */
minutes?: number | null, }; output: Array<OwnGlass> };
  glass_end: { input: {
/** The patient. */
patient: RecordId, }; output: Array<OwnGlass> };
  glass_mine: { input: Record<symbol, never>; output: Array<OwnGlass> };
  glass_list: { input: {
/** At most this many, the latest first. */
limit: number, }; output: Array<GlassRow> };
  glass_seen: { input: {
/** Their `id`s, as the list has them. */
ids: Array<string>, }; output: Array<GlassRow> };
  chart_allergies: { input: {
/** The patient. */
patient: RecordId, }; output: AllergyBlock };
  chart_problems: { input: {
/** The patient. */
patient: RecordId, }; output: Array<ChartItem> };
  chart_medications: { input: {
/** The patient. */
patient: RecordId, }; output: Array<ChartItem> };
  chart_vitals: { input: {
/** The patient. */
patient: RecordId, }; output: Array<ObservationSeries> };
  chart_labs: { input: {
/** The patient. */
patient: RecordId, }; output: Array<ObservationSeries> };
  chart_immunizations: { input: {
/** The patient. */
patient: RecordId, }; output: Array<ChartItem> };
  chart_encounters: { input: {
/** The patient. */
patient: RecordId, }; output: Array<ChartItem> };
  chart_procedures: { input: {
/** The patient. */
patient: RecordId, }; output: Array<ChartItem> };
  chart_reports: { input: {
/** The patient. */
patient: RecordId, }; output: Array<ChartItem> };
  chart_other: { input: {
/** The patient. */
patient: RecordId, }; output: Array<OtherCount> };
  allergy_add: { input: {
/** The patient. */
patient: RecordId,
/** What the person entered. */
draft: AllergyDraft, }; output: AllergyBlock };
  allergy_remove: { input: {
/** Whose. */
patient: RecordId,
/** Which. */
id: RecordId,
/** Why, in the person's words. */
reason: string, }; output: AllergyBlock };
  allergy_restore: { input: {
/** Whose. */
patient: RecordId,
/** Which. */
id: RecordId, }; output: AllergyBlock };
  allergy_none_known: { input: {
/** The patient. */
patient: RecordId, }; output: AllergyBlock };
  note_list: { input: {
/** The patient. */
patient: RecordId, }; output: Array<Note> };
  note_draft_get: { input: {
/** The patient. */
patient: RecordId, }; output: NoteDraft | null };
  note_draft_save: { input: {
/** Whose chart. */
patient: RecordId,
/** All of the text so far. */
text: string, }; output: DraftSaved };
  note_draft_discard: { input: {
/** The patient. */
patient: RecordId, }; output: Nothing };
  note_finish: { input: {
/** The patient. */
patient: RecordId,
/** The whole text. */
text: string, }; output: Note };
  document_add: { input: {
/** The patient. */
patient: RecordId,
/** Who may read it. */
compartment: Compartment,
/** Where the file is, at most 100 MiB. */
path: string,
/** What it is called; empty for the file's name. */
title: string,
/** What sort it is. */
kind: DocumentKind,
/** The day on it, as a FHIR date. */
date: string | null, }; output: Document };
  document_list: { input: {
/** The patient. */
patient: RecordId, }; output: Array<Document> };
  document_show: { input: {
/** The document. */
id: RecordId, }; output: Document };
  document_read: { input: {
/** The document. */
id: RecordId,
/** The number of the chunk, from 0. Each but the last has a mebibyte. */
chunk: number, }; output: Chunk };
  document_save: { input: {
/** The document. */
id: RecordId,
/** The new file. One that is there is left alone. */
path: string,
/** For whom the copy is, and why. */
disclosure?: Disclosure | null, }; output: Document };
  document_remove: { input: {
/** The document. */
id: RecordId,
/** Why, in the person's words. */
reason: string, }; output: Document };
  document_restore: { input: {
/** The document. */
id: RecordId, }; output: Document };
  import_preview: { input: {
/** Files and folders. */
paths: Array<string>, }; output: ImportPreview };
  import_start: { input: {
/** Files and folders. */
paths: Array<string>,
/** A label for where they come from; empty where ids are unique everywhere. */
source: string, }; output: ImportJob };
  import_progress: { input: {
/** The number that `import_start` answered. */
job: number, }; output: ImportProgress };
  import_cancel: { input: {
/** The number that `import_start` answered. */
job: number, }; output: Nothing };
  export_patient: { input: {
/** The patient. */
id: RecordId, }; output: SealedExport };
  sync_status: { input: Record<symbol, never>; output: SyncStatus };
  sync_now: { input: Record<symbol, never>; output: SyncStatus };
  sync_seen: { input: Record<symbol, never>; output: SyncStatus };
  sync_snapshot: { input: Record<symbol, never>; output: SyncStatus };
  clinic_attach: { input: {
/** Host and port. */
server: string,
/** The pin that the server's operator was shown, 64 hex digits. */
pin: string,
/** The founding token that the operator was shown. */
token: string,
/** What this laptop is called in the clinic. */
device_name: string, }; output: SyncStatus };
  clinic_words: { input: Record<symbol, never>; output: ClinicWords };
  invitation_create: { input: {
/** A person of the clinic whose next laptop it is for; nothing for somebody new. The approval can say otherwise. */
user?: UserId | null, }; output: Invitation };
  join_requests: { input: Record<symbol, never>; output: Array<JoinRequest> };
  join_approve: { input: {
/** The request. */
id: string,
/** What they may do: at least one for a new person. Of an existing one nothing changes where none is named. */
roles: Array<Role>,
/** A person of the clinic whose next laptop this is; nothing for somebody new. */
user?: UserId | null, }; output: Nothing };
  join_refuse: { input: {
/** The request. */
id: string, }; output: Nothing };
  clinic_join: { input: {
/** The invitation's code. */
code: string,
/** What this laptop is called. */
device_name: string,
/** Who will use it. */
user_name: string,
/** Their password on this laptop. */
password: Password, }; output: JoinView };
  join_status: { input: Record<symbol, never>; output: JoinView };
  device_list: { input: Record<symbol, never>; output: Array<DeviceRow> };
  device_show: { input: {
/** The device. */
id: DeviceId,
/** Reports at most, newest first. */
limit: number, }; output: DeviceDetail };
  device_revoke: { input: {
/** The device. */
id: DeviceId, }; output: Array<DeviceRow> };
  key_list: { input: Record<symbol, never>; output: Array<KeyRow> };
  key_rotate: { input: {
/** The key. */
key: KeyKind, }; output: Array<KeyRow> };
  key_progress: { input: Record<symbol, never>; output: KeyProgress | null };
  recovery_status: { input: Record<symbol, never>; output: RecoveryStatus };
  recovery_prepare: { input: {
/** Three shares, of which two are enough, instead of 24 words. */
split: boolean, }; output: RecoverySheets };
  recovery_enroll: { input: {
/** In the order of the questions. */
answers: Array<Password>, }; output: RecoveryReport };
  recovery_check: { input: {
/** The words in one text, or two or three shares. */
key: Array<Password>, }; output: RecoveryReport };
  recovery_recover: { input: {
/** Host and port of the clinic's server. */
server: string,
/** The server's pin, 64 hex digits. */
pin: string,
/** The clinic's id, where it is known; the paper names the clinic by itself. */
clinic?: string | null,
/** The words in one text, or two or three shares. */
key: Array<Password>,
/** What this laptop is called. */
device_name: string,
/** Who will use it. */
user_name: string,
/** The person of the clinic who they are, by id or name; somebody new where nobody is named. */
person?: string | null,
/** What they may do; every role where none is named. Admin is always among them. */
roles: Array<Role>,
/** Their password on this laptop. */
password: Password, }; output: RecoveryReport };
  incident_open: { input: {
/** What happened. */
kind: IncidentKind,
/** The laptop that was stolen. */
device?: DeviceId | null,
/** Who leaves. */
user?: UserId | null, }; output: IncidentView };
  incident_list: { input: Record<symbol, never>; output: Array<IncidentRow> };
  incident_show: { input: {
/** Its number. */
id: number, }; output: IncidentView };
  incident_step: { input: {
/** The incident. */
id: number,
/** The step. */
step: IncidentStep,
/** For a wipe: whether the laptop posts first, sealed, what it has not sent. It does where nothing is said. */
post_unsent?: boolean | null, }; output: IncidentView };
  incident_evidence: { input: {
/** The incident. */
id: number,
/** The whole path of a file that is not there yet. */
path: string, }; output: IncidentView };
  incident_close: { input: {
/** Its number. */
id: number, }; output: IncidentView };
  device_wipe: { input: {
/** The device. */
id: DeviceId,
/** Whether it posts first, sealed, what it has not sent. An order that waits for its second word stays as it was given. */
post_unsent: boolean, }; output: Array<DeviceRow> };
  conflict_list: { input: {
/** Records at most. */
limit: number, }; output: Array<ConflictRow> };
  conflict_settle: { input: {
/** Where the record is. */
compartment: Compartment,
/** The record. */
record: RecordId,
/** The element, as the list names it. */
element: string,
/** The item, as the list names it. */
item: number | null,
/** A value's `choice`, or `both`; where a removal met an edit also `remove` or `restore`. */
choice: string, }; output: SettledView };
  conflict_undo: { input: {
/** What `conflict_settle` answered. */
undo: string, }; output: Nothing };
  quarantine_list: { input: Record<symbol, never>; output: Array<QuarantineRow> };
  quarantine_show: { input: {
/** Of which device. */
device: DeviceId,
/** In which part. */
part: QuarantinePart,
/** Fields at most. */
limit: number, }; output: Array<QuarantineChange> };
  quarantine_accept: { input: {
/** Of which device. */
device: DeviceId,
/** In which part; nothing for all. */
part: QuarantinePart | null,
/** Up to which segment of each chain; nothing for all. */
upto: number | null, }; output: Array<QuarantineRow> };
  quarantine_discard: { input: {
/** Of which device. */
device: DeviceId,
/** In which part; nothing for all. */
part: QuarantinePart | null,
/** Why: for those who ask later. */
reason: string, }; output: Array<QuarantineRow> };
  audit_list: { input: {
/** Only about this patient. */
patient: RecordId | null,
/** Only older entries: `cursor` of the last row that is shown. */
before: number | null,
/** At most this many. */
limit: number, }; output: Array<AuditRow> };
  audit_verify: { input: Record<symbol, never>; output: AuditVerification };
  audit_trail: { input: {
/** Only older ones than this row: the `cursor` of the last that is shown. */
before: number | null,
/** At most this many, up to a thousand. */
limit: number,
/** By this person. */
user: UserId | null,
/** About this patient. */
patient: RecordId | null,
/** On this laptop. */
device: DeviceId | null,
/** One of these, by name. */
actions: Array<string>,
/** From this time on, in Unix milliseconds. */
from_ms: number | null,
/** Before this time. */
until_ms: number | null, }; output: Array<TrailEntryRow> };
  audit_trail_verify: { input: Record<symbol, never>; output: Array<DeviceVerdict> };
  audit_values: { input: {
/** At most a hundred. */
entries: Array<EntryName>, }; output: Array<EntryValues> };
  audit_export: { input: {
/** Which. */
which: Which,
/** How. */
format: TrailFormat,
/** With the values before and after, of entries of the office. Those of the chart never leave by this way. */
values?: boolean | null,
/** The new file. One that is there is left alone. */
path: string, }; output: ExportedTrail };
  audit_disclosures: { input: {
/** The patient. */
patient: RecordId,
/** From this time on, in Unix milliseconds; six years back where none is named. */
from_ms: number | null,
/** Before this time. */
until_ms: number | null, }; output: Accounting };
  audit_viewers: { input: {
/** The patient. */
patient: RecordId, }; output: Viewers };
  doctor: { input: Record<symbol, never>; output: Array<DoctorCheck> };
  about: { input: Record<symbol, never>; output: About };
}
