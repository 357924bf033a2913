import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { ConflictRow } from "../../bridge";

/** FHIR's names of elements that people meet, in words. */
const ELEMENTS: Record<string, MessageDescriptor> = {
  birthDate: msg`Born`,
  gender: msg`Gender`,
  name: msg`Name`,
  telecom: msg`Phone and e-mail`,
  address: msg`Addresses`,
  identifier: msg`Identifiers`,
  contact: msg`Next of kin`,
  "deceased[x]": msg`Deceased`,
  deceasedBoolean: msg`Deceased`,
  deceasedDateTime: msg`Deceased`,
  maritalStatus: msg`Marital status`,
  communication: msg`Language`,
  photo: msg`Photo`,
  "extension:birthsex": msg`Sex at birth`,
  "extension:pronouns": msg`Pronouns`,
  "extension:frontDeskNote": msg`Note for the front desk`,
  removed: msg`Removed by one, changed by another`,
  code: msg`What it is`,
  status: msg`Status`,
  clinicalStatus: msg`Status`,
  verificationStatus: msg`Verification`,
  criticality: msg`Risk`,
  severity: msg`Severity`,
  reaction: msg`Reaction`,
  category: msg`Category`,
  note: msg`Note`,
  "medication[x]": msg`Medicine`,
  dosage: msg`Dosage`,
  dosageInstruction: msg`Dosage`,
  "onset[x]": msg`Beginning`,
  "abatement[x]": msg`End`,
  "effective[x]": msg`Time`,
  "performed[x]": msg`Time`,
  "occurrence[x]": msg`Time`,
  period: msg`Time`,
  "value[x]": msg`Value`,
  interpretation: msg`Interpretation`,
  vaccineCode: msg`Vaccine`,
  doseQuantity: msg`Dose`,
  conclusion: msg`Conclusion`,
  recordedDate: msg`Recorded`,
  reasonCode: msg`Reason`,
};

const KINDS: Record<string, MessageDescriptor> = {
  Patient: msg`Patient`,
  AllergyIntolerance: msg`Allergy`,
  Condition: msg`Problem`,
  MedicationRequest: msg`Prescription`,
  MedicationStatement: msg`Medicine`,
  Immunization: msg`Immunisation`,
  Observation: msg`Measurement`,
  Encounter: msg`Visit`,
  Procedure: msg`Procedure`,
  DiagnosticReport: msg`Report`,
  DocumentReference: msg`Note`,
};

type Say = (message: MessageDescriptor) => string;

/** An element's name; one that has no words here keeps FHIR's. */
export function elementWords(element: string, say: Say): string {
  const word = ELEMENTS[element];
  return word ? say(word) : element;
}

/** The kind of record; one that has no words here keeps FHIR's. */
export function kindWords(kind: string, say: Say): string {
  const word = KINDS[kind];
  return word ? say(word) : kind;
}

/** What tells one patient from another or decides on their care at the desk, as the program has it. */
const IDENTIFYING: ReadonlySet<string> = new Set([
  "identifier",
  "name",
  "gender",
  "birthDate",
  "deceased[x]",
  "extension:birthsex",
  "extension:frontDeskNote",
]);

/** How much hangs on it. */
export function weightOf(
  row: Pick<ConflictRow, "compartment" | "kind" | "element">,
): "clinical" | "identifying" | "other" {
  if (row.compartment === "clinical") return "clinical";
  const identifies = IDENTIFYING.has(row.element) || row.element === "removed";
  return row.kind === "Patient" && identifies ? "identifying" : "other";
}
