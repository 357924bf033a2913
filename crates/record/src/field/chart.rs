//! Element numbers of what the chart says: allergies, problems, medicines, notes. Append only: a number is never changed or given again.

use super::element_table;

element_table! {
    /// AllergyIntolerance.
    allergy
    IDENTIFIER = 16 "identifier" One;
    CLINICAL_STATUS = 17 "clinicalStatus" One;
    VERIFICATION_STATUS = 18 "verificationStatus" One;
    TYPE = 19 "type" One;
    CATEGORY = 20 "category" One;
    CRITICALITY = 21 "criticality" One;
    CODE = 22 "code" One;
    PATIENT = 23 "patient" One;
    ENCOUNTER = 24 "encounter" One;
    ONSET = 25 "onset[x]" Choice(&["onsetDateTime", "onsetAge", "onsetPeriod", "onsetRange", "onsetString"]);
    RECORDED_DATE = 26 "recordedDate" One;
    RECORDER = 27 "recorder" One;
    ASSERTER = 28 "asserter" One;
    LAST_OCCURRENCE = 29 "lastOccurrence" One;
    NOTE = 30 "note" One;
    REACTION = 31 "reaction" One;
}

element_table! {
    /// Condition.
    condition
    IDENTIFIER = 16 "identifier" One;
    CLINICAL_STATUS = 17 "clinicalStatus" One;
    VERIFICATION_STATUS = 18 "verificationStatus" One;
    CATEGORY = 19 "category" One;
    SEVERITY = 20 "severity" One;
    CODE = 21 "code" One;
    BODY_SITE = 22 "bodySite" One;
    SUBJECT = 23 "subject" One;
    ENCOUNTER = 24 "encounter" One;
    ONSET = 25 "onset[x]" Choice(&["onsetDateTime", "onsetAge", "onsetPeriod", "onsetRange", "onsetString"]);
    ABATEMENT = 26 "abatement[x]" Choice(&["abatementDateTime", "abatementAge", "abatementPeriod", "abatementRange", "abatementString"]);
    RECORDED_DATE = 27 "recordedDate" One;
    RECORDER = 28 "recorder" One;
    ASSERTER = 29 "asserter" One;
    STAGE = 30 "stage" One;
    EVIDENCE = 31 "evidence" One;
    NOTE = 32 "note" One;
}

element_table! {
    /// MedicationRequest.
    medication_request
    IDENTIFIER = 16 "identifier" One;
    STATUS = 17 "status" One;
    STATUS_REASON = 18 "statusReason" One;
    INTENT = 19 "intent" One;
    CATEGORY = 20 "category" One;
    PRIORITY = 21 "priority" One;
    DO_NOT_PERFORM = 22 "doNotPerform" One;
    REPORTED = 23 "reported[x]" Choice(&["reportedBoolean", "reportedReference"]);
    MEDICATION = 24 "medication[x]" Choice(&["medicationCodeableConcept", "medicationReference"]);
    SUBJECT = 25 "subject" One;
    ENCOUNTER = 26 "encounter" One;
    SUPPORTING_INFORMATION = 27 "supportingInformation" One;
    AUTHORED_ON = 28 "authoredOn" One;
    REQUESTER = 29 "requester" One;
    PERFORMER = 30 "performer" One;
    PERFORMER_TYPE = 31 "performerType" One;
    RECORDER = 32 "recorder" One;
    REASON_CODE = 33 "reasonCode" One;
    REASON_REFERENCE = 34 "reasonReference" One;
    INSTANTIATES_CANONICAL = 35 "instantiatesCanonical" One;
    INSTANTIATES_URI = 36 "instantiatesUri" One;
    BASED_ON = 37 "basedOn" One;
    GROUP_IDENTIFIER = 38 "groupIdentifier" One;
    COURSE_OF_THERAPY_TYPE = 39 "courseOfTherapyType" One;
    INSURANCE = 40 "insurance" One;
    NOTE = 41 "note" One;
    DOSAGE_INSTRUCTION = 42 "dosageInstruction" One;
    DISPENSE_REQUEST = 43 "dispenseRequest" One;
    SUBSTITUTION = 44 "substitution" One;
    PRIOR_PRESCRIPTION = 45 "priorPrescription" One;
    DETECTED_ISSUE = 46 "detectedIssue" One;
    EVENT_HISTORY = 47 "eventHistory" One;
}

element_table! {
    /// MedicationStatement.
    medication_statement
    IDENTIFIER = 16 "identifier" One;
    BASED_ON = 17 "basedOn" One;
    PART_OF = 18 "partOf" One;
    STATUS = 19 "status" One;
    STATUS_REASON = 20 "statusReason" One;
    CATEGORY = 21 "category" One;
    MEDICATION = 22 "medication[x]" Choice(&["medicationCodeableConcept", "medicationReference"]);
    SUBJECT = 23 "subject" One;
    CONTEXT = 24 "context" One;
    EFFECTIVE = 25 "effective[x]" Choice(&["effectiveDateTime", "effectivePeriod"]);
    DATE_ASSERTED = 26 "dateAsserted" One;
    INFORMATION_SOURCE = 27 "informationSource" One;
    DERIVED_FROM = 28 "derivedFrom" One;
    REASON_CODE = 29 "reasonCode" One;
    REASON_REFERENCE = 30 "reasonReference" One;
    NOTE = 31 "note" One;
    DOSAGE = 32 "dosage" One;
}

element_table! {
    /// DocumentReference, as Wardkeep writes its notes.
    note
    MASTER_IDENTIFIER = 16 "masterIdentifier" One;
    IDENTIFIER = 17 "identifier" One;
    STATUS = 18 "status" One;
    DOC_STATUS = 19 "docStatus" One;
    TYPE = 20 "type" One;
    CATEGORY = 21 "category" One;
    SUBJECT = 22 "subject" One;
    DATE = 23 "date" One;
    AUTHOR = 24 "author" One;
    AUTHENTICATOR = 25 "authenticator" One;
    CUSTODIAN = 26 "custodian" One;
    RELATES_TO = 27 "relatesTo" One;
    DESCRIPTION = 28 "description" One;
    SECURITY_LABEL = 29 "securityLabel" One;
    CONTENT = 30 "content" One;
    CONTEXT = 31 "context" One;
}
