//! Element numbers of what was done and found: vaccinations, observations, visits, procedures, reports. Append only: a number is never changed or given again.

use super::element_table;

element_table! {
    /// Immunization.
    immunization
    IDENTIFIER = 16 "identifier" One;
    STATUS = 17 "status" One;
    STATUS_REASON = 18 "statusReason" One;
    VACCINE_CODE = 19 "vaccineCode" One;
    PATIENT = 20 "patient" One;
    ENCOUNTER = 21 "encounter" One;
    OCCURRENCE = 22 "occurrence[x]" Choice(&["occurrenceDateTime", "occurrenceString"]);
    RECORDED = 23 "recorded" One;
    PRIMARY_SOURCE = 24 "primarySource" One;
    REPORT_ORIGIN = 25 "reportOrigin" One;
    LOCATION = 26 "location" One;
    MANUFACTURER = 27 "manufacturer" One;
    LOT_NUMBER = 28 "lotNumber" One;
    EXPIRATION_DATE = 29 "expirationDate" One;
    SITE = 30 "site" One;
    ROUTE = 31 "route" One;
    DOSE_QUANTITY = 32 "doseQuantity" One;
    PERFORMER = 33 "performer" One;
    NOTE = 34 "note" One;
    REASON_CODE = 35 "reasonCode" One;
    REASON_REFERENCE = 36 "reasonReference" One;
    IS_SUBPOTENT = 37 "isSubpotent" One;
    SUBPOTENT_REASON = 38 "subpotentReason" One;
    EDUCATION = 39 "education" One;
    PROGRAM_ELIGIBILITY = 40 "programEligibility" One;
    FUNDING_SOURCE = 41 "fundingSource" One;
    REACTION = 42 "reaction" One;
    PROTOCOL_APPLIED = 43 "protocolApplied" One;
}

element_table! {
    /// Observation.
    observation
    IDENTIFIER = 16 "identifier" One;
    BASED_ON = 17 "basedOn" One;
    PART_OF = 18 "partOf" One;
    STATUS = 19 "status" One;
    CATEGORY = 20 "category" One;
    CODE = 21 "code" One;
    SUBJECT = 22 "subject" One;
    FOCUS = 23 "focus" One;
    ENCOUNTER = 24 "encounter" One;
    EFFECTIVE = 25 "effective[x]" Choice(&["effectiveDateTime", "effectivePeriod", "effectiveTiming", "effectiveInstant"]);
    ISSUED = 26 "issued" One;
    PERFORMER = 27 "performer" One;
    VALUE = 28 "value[x]" Choice(&["valueQuantity", "valueCodeableConcept", "valueString", "valueBoolean", "valueInteger", "valueRange", "valueRatio", "valueSampledData", "valueTime", "valueDateTime", "valuePeriod"]);
    DATA_ABSENT_REASON = 29 "dataAbsentReason" One;
    INTERPRETATION = 30 "interpretation" One;
    NOTE = 31 "note" One;
    BODY_SITE = 32 "bodySite" One;
    METHOD = 33 "method" One;
    SPECIMEN = 34 "specimen" One;
    DEVICE = 35 "device" One;
    REFERENCE_RANGE = 36 "referenceRange" One;
    HAS_MEMBER = 37 "hasMember" One;
    DERIVED_FROM = 38 "derivedFrom" One;
    COMPONENT = 39 "component" One;
}

element_table! {
    /// Encounter.
    encounter
    IDENTIFIER = 16 "identifier" One;
    STATUS = 17 "status" One;
    STATUS_HISTORY = 18 "statusHistory" One;
    CLASS = 19 "class" One;
    CLASS_HISTORY = 20 "classHistory" One;
    TYPE = 21 "type" One;
    SERVICE_TYPE = 22 "serviceType" One;
    PRIORITY = 23 "priority" One;
    SUBJECT = 24 "subject" One;
    EPISODE_OF_CARE = 25 "episodeOfCare" One;
    BASED_ON = 26 "basedOn" One;
    PARTICIPANT = 27 "participant" One;
    APPOINTMENT = 28 "appointment" One;
    PERIOD = 29 "period" One;
    LENGTH = 30 "length" One;
    REASON_CODE = 31 "reasonCode" One;
    REASON_REFERENCE = 32 "reasonReference" One;
    DIAGNOSIS = 33 "diagnosis" One;
    ACCOUNT = 34 "account" One;
    HOSPITALIZATION = 35 "hospitalization" One;
    LOCATION = 36 "location" One;
    SERVICE_PROVIDER = 37 "serviceProvider" One;
    PART_OF = 38 "partOf" One;
}

element_table! {
    /// Procedure.
    procedure
    IDENTIFIER = 16 "identifier" One;
    INSTANTIATES_CANONICAL = 17 "instantiatesCanonical" One;
    INSTANTIATES_URI = 18 "instantiatesUri" One;
    BASED_ON = 19 "basedOn" One;
    PART_OF = 20 "partOf" One;
    STATUS = 21 "status" One;
    STATUS_REASON = 22 "statusReason" One;
    CATEGORY = 23 "category" One;
    CODE = 24 "code" One;
    SUBJECT = 25 "subject" One;
    ENCOUNTER = 26 "encounter" One;
    PERFORMED = 27 "performed[x]" Choice(&["performedDateTime", "performedPeriod", "performedString", "performedAge", "performedRange"]);
    RECORDER = 28 "recorder" One;
    ASSERTER = 29 "asserter" One;
    PERFORMER = 30 "performer" One;
    LOCATION = 31 "location" One;
    REASON_CODE = 32 "reasonCode" One;
    REASON_REFERENCE = 33 "reasonReference" One;
    BODY_SITE = 34 "bodySite" One;
    OUTCOME = 35 "outcome" One;
    REPORT = 36 "report" One;
    COMPLICATION = 37 "complication" One;
    COMPLICATION_DETAIL = 38 "complicationDetail" One;
    FOLLOW_UP = 39 "followUp" One;
    NOTE = 40 "note" One;
    FOCAL_DEVICE = 41 "focalDevice" One;
    USED_REFERENCE = 42 "usedReference" One;
    USED_CODE = 43 "usedCode" One;
}

element_table! {
    /// DiagnosticReport.
    report
    IDENTIFIER = 16 "identifier" One;
    BASED_ON = 17 "basedOn" One;
    STATUS = 18 "status" One;
    CATEGORY = 19 "category" One;
    CODE = 20 "code" One;
    SUBJECT = 21 "subject" One;
    ENCOUNTER = 22 "encounter" One;
    EFFECTIVE = 23 "effective[x]" Choice(&["effectiveDateTime", "effectivePeriod"]);
    ISSUED = 24 "issued" One;
    PERFORMER = 25 "performer" One;
    RESULTS_INTERPRETER = 26 "resultsInterpreter" One;
    SPECIMEN = 27 "specimen" One;
    RESULT = 28 "result" One;
    IMAGING_STUDY = 29 "imagingStudy" One;
    MEDIA = 30 "media" One;
    CONCLUSION = 31 "conclusion" One;
    CONCLUSION_CODE = 32 "conclusionCode" One;
    PRESENTED_FORM = 33 "presentedForm" One;
}
