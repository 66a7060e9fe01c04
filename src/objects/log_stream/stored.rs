//! An entry as the stream keeps it: the public JSON that every page hands on unparsed, and what it is searched by.

use serde_json::{Map, Value, json};

use crate::domain::log::{Entry, NewEntry};
use crate::domain::text::fold_lines;

/// An entry's JSON may have this many bytes; one that is larger loses its fields, which a note replaces.
const MOST_BYTES: usize = 128 * 1024;

/// An entry that has its seq.
pub struct Stored {
    /// The entry.
    pub entry: Entry,
    /// Its public JSON.
    pub json: String,
    /// What it is searched by: message, route and `field:value` lines, folded.
    pub search: String,
}

impl Stored {
    /// The entry under the seq that the stream gives it.
    ///
    /// # Errors
    /// Those of `serde_json`; no entry causes one.
    pub fn new(entry: NewEntry, seq: i64) -> Result<Self, serde_json::Error> {
        let mut entry = entry.at(seq);
        let mut json = serde_json::to_string(&entry)?;
        if json.len() > MOST_BYTES {
            entry.fields = Map::from_iter([("left_out_bytes".to_owned(), json!(json.len()))]);
            json = serde_json::to_string(&entry)?;
        }
        #[cfg(feature = "fault-injection")]
        let json = durable::release::written(json);
        let search = search_text(&entry);
        Ok(Stored { entry, json, search })
    }
}

/// What an entry is searched by.
pub fn search_text(entry: &Entry) -> String {
    let mut text = entry.message.clone();
    if let Some(route) = &entry.route {
        text.push('\n');
        text.push_str(route);
    }
    for (name, value) in &entry.fields {
        put_field(&mut text, name, value);
    }
    fold_lines(&text)
}

/// Appends `name:value` lines, one for each value inside of a nested field.
fn put_field(text: &mut String, name: &str, value: &Value) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(inner, value)| put_field(text, &format!("{name}.{inner}"), value))
        }
        Value::Array(items) => items.iter().for_each(|item| put_field(text, name, item)),
        Value::String(said) => put_line(text, name, said),
        Value::Null | Value::Bool(_) | Value::Number(_) => put_line(text, name, &value.to_string()),
    }
}

fn put_line(text: &mut String, name: &str, value: &str) {
    text.push('\n');
    text.push_str(name);
    text.push(':');
    text.push_str(value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::log::Level;
    use base::ids::EntryId;
    use base::time::Timestamp;

    fn entry() -> NewEntry {
        let id: EntryId = "e-1".parse().unwrap();
        NewEntry::new(id, Timestamp::from_ms(1_000), Level::Info, "Login REFUSED")
    }

    #[test]
    fn an_entry_is_searched_by_message_route_and_fields_whatever_their_case() {
        let mut entry = entry().with("object", json!({"type": "Request", "tags": ["Pump", 7]})).with("ok", false);
        entry.route = Some("POST /api/auth/login".into());
        let stored = Stored::new(entry, 1).unwrap();
        assert_eq!(
            stored.search,
            "login refused\npost /api/auth/login\nobject.tags:pump\nobject.tags:7\nobject.type:request\nok:false"
        );
    }

    #[test]
    fn an_entry_that_is_too_large_loses_its_fields_and_says_so() {
        let stored = Stored::new(entry().with("dump", "x".repeat(MOST_BYTES)), 1).unwrap();
        assert!(stored.json.len() < 1_000);
        assert!(stored.json.contains("left_out_bytes"));
    }
}
