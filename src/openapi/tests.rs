//! The document speaks of every route and of nothing else, and the committed file is the document.

use std::collections::BTreeSet;

use serde_json::Value;

use super::*;

#[test]
fn the_committed_file_is_what_the_types_say() {
    let committed = include_str!("../../docs/openapi.json");
    let how = "run: cargo run --features openapi --example openapi > docs/openapi.json";
    assert!(written().unwrap() == committed, "docs/openapi.json is out of date; {how}");
}

#[test]
fn the_document_is_the_url_table() {
    let document = document();
    let mut ids = BTreeSet::new();
    for route in ROUTES {
        let operation = &document["paths"][route.pattern][route.method.to_lowercase()];
        let id = operation["operationId"].as_str().unwrap();
        assert!(ids.insert(id.to_owned()), "{} {}", route.method, route.pattern);
    }
    let described = document["paths"].as_object().unwrap().values().map(|path| path.as_object().unwrap().len());
    assert_eq!(described.sum::<usize>(), ROUTES.len());
}

#[test]
fn every_reference_leads_somewhere() {
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
                fields.values().for_each(|field| references(field, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let document = document();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 30);
    for reference in found {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
}

#[test]
fn each_status_that_a_refusal_has_is_described() {
    for refusal in refusals() {
        let status = status_of(&refusal);
        assert!(REFUSED.iter().any(|(known, _)| *known == status), "{status} of {refusal:?}");
    }
}
