//! Which profile, codes and roles an act has. Checked against the profiles of IHE BALP 1.1.4.

use super::{Act, DCM, Entry};

/// System, code, display.
pub(super) type Code = (&'static str, &'static str, &'static str);

const EVENT: &str = "http://terminology.hl7.org/CodeSystem/audit-event-type";
const RESTFUL: &str = "http://hl7.org/fhir/restful-interaction";
const LIFECYCLE: &str = "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle";
const PARTICIPATION: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";

const REST: Code = (EVENT, "rest", "Restful Operation");
const SOURCE: Code = (DCM, "110153", "Source Role ID");
const DESTINATION: Code = (DCM, "110152", "Destination Role ID");
const APPLICATION: Code = (DCM, "110150", "Application");
const CUSTODIAN: Code = (
    "http://terminology.hl7.org/CodeSystem/provenance-participant-type",
    "custodian",
    "Custodian",
);
const RECIPIENT: Code = (PARTICIPATION, "IRCP", "information recipient");
const AUTHOR: Code = (PARTICIPATION, "AUT", "author (originator)");

/// How an AuditEvent of an act looks.
pub(super) struct Shape {
    /// The end of the profile's name.
    pub(super) profile: Option<&'static str>,
    pub(super) kind: Code,
    pub(super) subtype: Option<Code>,
    pub(super) action: &'static str,
    /// What the laptop is in it: client and server in one.
    pub(super) laptop: &'static [Code],
    /// What the person is.
    pub(super) user: Option<Code>,
    /// What was asked stands for the data.
    pub(super) has_query: bool,
}

/// The shape of an entry. A profile is claimed only where the entry has all that it asks for.
pub(super) fn of(entry: &Entry<'_>) -> Shape {
    let patient = entry.patient.is_some() && !entry.failed;
    match entry.act {
        Act::Read => rest(
            patient.then_some("PatientRead"),
            ("read", "R"),
            &[SOURCE, DESTINATION],
            RECIPIENT,
        ),
        Act::Create => rest(
            patient.then_some("PatientCreate"),
            ("create", "C"),
            &[SOURCE, DESTINATION],
            AUTHOR,
        ),
        Act::Update => rest(
            patient.then_some("PatientUpdate"),
            ("update", "U"),
            &[SOURCE, DESTINATION],
            AUTHOR,
        ),
        Act::Delete => rest(
            patient.then_some("PatientDelete"),
            ("delete", "D"),
            &[APPLICATION, CUSTODIAN],
            AUTHOR,
        ),
        Act::Query => Shape {
            has_query: entry.query.is_some(),
            ..rest(
                (patient && entry.query.is_some()).then_some("PatientQuery"),
                ("search", "E"),
                &[SOURCE, DESTINATION],
                RECIPIENT,
            )
        },
        Act::Disclose => Shape {
            profile: patient.then_some("PrivacyDisclosure.Source"),
            ..plain(
                (DCM, "110106", "Export"),
                Some((LIFECYCLE, "disclose", "Disclose Record Lifecycle Event")),
                "R",
                &[SOURCE],
            )
        },
        Act::Import => plain((DCM, "110107", "Import"), None, "C", &[DESTINATION]),
        Act::Login => plain(AUTHENTICATION, Some((DCM, "110122", "Login")), "E", &[APPLICATION]),
        Act::Logout => plain(AUTHENTICATION, Some((DCM, "110123", "Logout")), "E", &[APPLICATION]),
        Act::Roles => alert("110136", "Security Roles Changed"),
        Act::Security => alert("110129", "Security Configuration"),
        Act::OverrideStarted => alert("110127", "Emergency Override Started"),
        Act::OverrideStopped => alert("110128", "Emergency Override Stopped"),
        Act::TrailUsed => plain((DCM, "110101", "Audit Log Used"), None, "R", &[APPLICATION]),
        Act::Application => plain((DCM, "110100", "Application Activity"), None, "E", &[APPLICATION]),
    }
}

const AUTHENTICATION: Code = (DCM, "110114", "User Authentication");
const ALERT: Code = (DCM, "110113", "Security Alert");

fn alert(code: &'static str, display: &'static str) -> Shape {
    plain(ALERT, Some((DCM, code, display)), "E", &[APPLICATION])
}

fn rest(
    profile: Option<&'static str>,
    (interaction, action): (&'static str, &'static str),
    laptop: &'static [Code],
    user: Code,
) -> Shape {
    Shape {
        profile,
        user: Some(user),
        ..plain(REST, Some((RESTFUL, interaction, interaction)), action, laptop)
    }
}

fn plain(kind: Code, subtype: Option<Code>, action: &'static str, laptop: &'static [Code]) -> Shape {
    Shape {
        profile: None,
        kind,
        subtype,
        action,
        laptop,
        user: None,
        has_query: false,
    }
}
