//! Entries of an audit trail as FHIR R4 AuditEvents, in the shapes of IHE BALP (Basic Audit Log Patterns 1.1) where one fits, and as CSV.
//!
//! Persons and laptops go by name and id, patients and records by id alone. Nothing is said that the entry does not say.

mod csv;
mod shape;

pub use csv::{CSV_HEAD, csv_line};

use serde_json::{Map, Value, json};
use shape::Shape;
use wardkeep_record::id::RecordId;

/// Before the names of profiles.
const BALP: &str = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.";
/// The code system of our own actions.
const ACTIONS: &str = "https://wardkeep.example/fhir/CodeSystem/audit-action";
/// Identifiers that are URIs.
const URI: &str = "urn:ietf:rfc:3986";
/// DICOM's codes, as BALP writes their system.
const DCM: &str = "http://dicom.nema.org/resources/ontology/DCM";
/// HL7's reasons.
const REASON: &str = "http://terminology.hl7.org/CodeSystem/v3-ActReason";

/// Somebody or something with an id and a name.
#[derive(Clone, Copy, Debug)]
pub struct Party<'a> {
    /// The UUID, as text.
    pub id: &'a str,
    /// What people call it.
    pub name: &'a str,
}

/// To whom records were given, as far as it was said.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disclosed<'a> {
    /// Name and address.
    pub recipient: Option<&'a str>,
    /// The code of the purpose in HL7's list of reasons.
    pub reason: Option<&'a str>,
    /// The purpose in words.
    pub purpose: Option<&'a str>,
}

/// What was done, as FHIR tells acts apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    /// Something was looked at.
    Read,
    /// It was asked what is known: the query, in base64.
    Query,
    /// Something was made.
    Create,
    /// Something was changed.
    Update,
    /// Something was removed.
    Delete,
    /// Records left.
    Disclose,
    /// Records came in from files.
    Import,
    /// Somebody signed in, or tried to.
    Login,
    /// Somebody signed out.
    Logout,
    /// People or what they may do changed.
    Roles,
    /// Keys, rules, passwords or the machine changed.
    Security,
    /// A restricted chart was opened for an emergency.
    OverrideStarted,
    /// That ended.
    OverrideStopped,
    /// The trail itself was used.
    TrailUsed,
    /// The program did something of its own.
    Application,
}

/// What an entry's change wrote into one field, as JSON texts.
#[derive(Clone, Debug)]
pub struct Values<'a> {
    /// The element's name.
    pub field: &'a str,
    /// What was replaced, the value that showed first.
    pub before: Vec<&'a str>,
    /// A value that was replaced is not known.
    pub missing: bool,
    /// What was written; nothing where it was cleared.
    pub after: Option<&'a str>,
}

/// An entry.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The laptop.
    pub device: Party<'a>,
    /// Who; nothing for what no person did.
    pub user: Option<Party<'a>>,
    /// The clinic's name.
    pub site: &'a str,
    /// Which of the laptop's chains.
    pub chain: &'a str,
    /// The number in it.
    pub n: u64,
    /// When, as a FHIR instant.
    pub recorded: &'a str,
    /// Our own name of the action.
    pub action: &'a str,
    /// What that is.
    pub act: Act,
    /// It was tried and not done.
    pub failed: bool,
    /// Whose record.
    pub patient: Option<RecordId>,
    /// Which record.
    pub record: Option<RecordId>,
    /// The detail, a small JSON object.
    pub detail: Option<&'a str>,
    /// There is a detail, and it is not here.
    pub withheld: bool,
    /// What was asked, in base64.
    pub query: Option<&'a str>,
    /// The values before and after, where they were asked for.
    pub values: &'a [Values<'a>],
    /// To whom, for what left.
    pub disclosed: Disclosed<'a>,
    /// It was done under broken glass.
    pub emergency: bool,
}

/// The AuditEvent of an entry.
pub fn audit_event(entry: &Entry<'_>) -> Value {
    let shape = shape::of(entry);
    let mut event = Map::new();
    event.insert("resourceType".into(), json!("AuditEvent"));
    event.insert(
        "id".into(),
        json!(format!("{}.{}.{}", entry.device.id, entry.chain, entry.n)),
    );
    if let Some(profile) = shape.profile {
        event.insert("meta".into(), json!({ "profile": [format!("{BALP}{profile}")] }));
    }
    let (system, code, display) = shape.kind;
    event.insert("type".into(), coding(system, code, display));
    let own = json!({ "system": ACTIONS, "code": entry.action });
    let subtypes: Vec<Value> = shape
        .subtype
        .map(|(system, code, display)| coding(system, code, display))
        .into_iter()
        .chain([own])
        .collect();
    event.insert("subtype".into(), Value::Array(subtypes));
    event.insert("action".into(), json!(shape.action));
    event.insert("recorded".into(), json!(entry.recorded));
    event.insert("outcome".into(), json!(if entry.failed { "4" } else { "0" }));
    let emergency = entry.emergency.then(|| concept(REASON, "BTG", "break the glass"));
    let purposes: Vec<Value> = purpose(&entry.disclosed).into_iter().chain(emergency).collect();
    if !purposes.is_empty() {
        event.insert("purposeOfEvent".into(), Value::Array(purposes));
    }
    event.insert("agent".into(), Value::Array(agents(entry, &shape)));
    event.insert(
        "source".into(),
        json!({
            "site": entry.site,
            "observer": who(entry.device),
            "type": [coding("http://terminology.hl7.org/CodeSystem/security-source-type", "1", "User Device")],
        }),
    );
    let entities = entities(entry, &shape);
    if !entities.is_empty() {
        event.insert("entity".into(), Value::Array(entities));
    }
    Value::Object(event)
}

fn coding(system: &str, code: &str, display: &str) -> Value {
    json!({ "system": system, "code": code, "display": display })
}

fn concept(system: &str, code: &str, display: &str) -> Value {
    json!({ "coding": [coding(system, code, display)] })
}

/// A reference by identifier: there is no server that answers for people and laptops.
fn who(party: Party<'_>) -> Value {
    json!({ "identifier": { "system": URI, "value": format!("urn:uuid:{}", party.id) }, "display": party.name })
}

fn record(id: RecordId) -> Value {
    json!({ "identifier": { "system": URI, "value": format!("urn:uuid:{id}") } })
}

fn purpose(disclosed: &Disclosed<'_>) -> Option<Value> {
    let mut concept = Map::new();
    if let Some(code) = disclosed.reason {
        concept.insert("coding".into(), json!([{ "system": REASON, "code": code }]));
    }
    if let Some(text) = disclosed.purpose {
        concept.insert("text".into(), json!(text));
    }
    (!concept.is_empty()).then_some(Value::Object(concept))
}

fn agents(entry: &Entry<'_>, shape: &Shape) -> Vec<Value> {
    let network = json!({ "address": format!("urn:uuid:{}", entry.device.id), "type": "5" });
    let laptop = |(system, code, display): shape::Code| json!({ "type": concept(system, code, display), "who": who(entry.device), "requestor": false, "network": network });
    // A laptop is the client and the server of what is done on it.
    let mut agents: Vec<Value> = shape.laptop.iter().copied().map(laptop).collect();
    if entry.act == Act::Disclose {
        let name = entry.disclosed.recipient.unwrap_or("not recorded");
        agents.push(json!({
            "type": concept(DCM, "110152", "Destination Role ID"),
            "who": { "display": name },
            "requestor": false,
            // It left by a file or a paper, and not over a network.
            "network": { "address": "localhost", "type": "1" },
        }));
    }
    match (entry.user, shape.user) {
        (Some(user), Some((system, code, display))) => agents.push(json!({
            "type": concept(system, code, display), "who": who(user), "name": user.name, "requestor": true,
        })),
        (Some(user), None) => agents.push(json!({ "who": who(user), "name": user.name, "requestor": true })),
        (None, _) => {}
    }
    agents
}

fn entities(entry: &Entry<'_>, shape: &Shape) -> Vec<Value> {
    let code = |system: &str, code: &str, display: &str| {
        coding(
            &format!("http://terminology.hl7.org/CodeSystem/{system}"),
            code,
            display,
        )
    };
    let mut entities = Vec::new();
    if let Some(patient) = entry.patient {
        let mut what = record(patient);
        what["reference"] = json!(format!("Patient/{patient}"));
        entities.push(json!({
            "what": what,
            "type": code("audit-entity-type", "1", "Person"),
            "role": code("object-role", "1", "Patient"),
        }));
    }
    let object = code("audit-entity-type", "2", "System Object");
    if let (Some(query), true) = (entry.query, shape.has_query) {
        entities.push(json!({ "type": object, "role": code("object-role", "24", "Query"), "query": query }));
        return entities;
    }
    let mut data = Map::new();
    if let Some(id) = entry.record.or(entry.patient) {
        data.insert("what".into(), record(id));
    }
    if entry.withheld {
        data.insert(
            "description".into(),
            json!("The detail stays with those who hold the chart."),
        );
    }
    let mut details = Vec::new();
    if let Some(detail) = entry.detail {
        details.push(json!({ "type": "detail", "valueString": detail }));
    }
    for values in entry.values {
        let mut say = |when: &str, text: &str| {
            details.push(json!({ "type": format!("{when} {}", values.field), "valueString": text }));
        };
        values.before.iter().for_each(|text| say("before", text));
        if values.missing {
            say("before", "(not known)");
        }
        values.after.iter().for_each(|text| say("after", text));
    }
    if !details.is_empty() {
        data.insert("detail".into(), Value::Array(details));
    }
    if !data.is_empty() {
        data.insert("type".into(), object);
        data.insert("role".into(), code("object-role", "4", "Domain Resource"));
        entities.push(Value::Object(data));
    }
    entities
}

#[cfg(test)]
mod tests;
