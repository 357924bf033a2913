//! What a JSON text means, as a text that can be compared: members sorted, strings decoded, numbers with their digits.

use serde_json::value::RawValue;
use wardkeep_record::json;

/// The canonical form of a JSON text.
pub fn meaning(text: &str) -> String {
    let value = text.trim();
    match value.as_bytes().first() {
        Some(b'{') => {
            let members = json::members(value).unwrap();
            let mut list: Vec<String> = members
                .iter()
                .map(|(name, value)| format!("{name:?}:{}", meaning(value.get())))
                .collect();
            list.sort();
            format!("{{{}}}", list.join(","))
        }
        Some(b'[') => {
            let items: Vec<String> = json::array(value)
                .unwrap()
                .into_iter()
                .map(RawValue::get)
                .map(meaning)
                .collect();
            format!("[{}]", items.join(","))
        }
        Some(b'"') => format!("{:?}", json::string(value).unwrap()),
        _ => value.to_owned(),
    }
}
