//! Entries as lines of a CSV file (RFC 4180).

use super::{Entry, Values};
use serde_json::json;

/// The first line.
pub const CSV_HEAD: &str = "recorded,device,device_id,chain,number,person,person_id,action,outcome,patient,record,detail,recipient,purpose,values\r\n";

/// One entry, with its line end. A spreadsheet takes no cell for a formula.
pub fn csv_line(entry: &Entry<'_>) -> String {
    let id = |id: Option<wardkeep_record::id::RecordId>| id.map(|id| id.to_string()).unwrap_or_default();
    let (number, patient, record) = (entry.n.to_string(), id(entry.patient), id(entry.record));
    let detail = match entry.detail {
        _ if entry.withheld => "withheld",
        detail => detail.unwrap_or_default(),
    };
    let values = values_cell(entry.values);
    let cells = [
        entry.recorded,
        entry.device.name,
        entry.device.id,
        entry.chain,
        &number,
        entry.user.map_or("", |user| user.name),
        entry.user.map_or("", |user| user.id),
        entry.action,
        if entry.failed { "failed" } else { "done" },
        &patient,
        &record,
        detail,
        entry.disclosed.recipient.unwrap_or_default(),
        entry.disclosed.purpose.unwrap_or_default(),
        &values,
    ];
    let mut line = cells.map(cell).join(",");
    line.push_str("\r\n");
    line
}

/// The values before and after as one JSON text; empty where there are none.
fn values_cell(values: &[Values<'_>]) -> String {
    let one = |values: &Values<'_>| {
        json!({
            "field": values.field, "before": values.before, "before_known": !values.missing, "after": values.after,
        })
    };
    if values.is_empty() {
        return String::new();
    }
    serde_json::Value::Array(values.iter().map(one).collect()).to_string()
}

fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}
