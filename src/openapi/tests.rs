//! The document speaks of every route and of nothing else, and the committed file is the document.

use std::collections::BTreeSet;

use serde_json::Value;

use super::*;

#[test]
fn the_committed_file_is_what_the_types_say() {
    let committed = include_str!("../../docs/openapi.json");
    let how = "run: cargo run --features openapi --example openapi > docs/openapi.json";
    assert!(text().unwrap() == committed, "docs/openapi.json is out of date; {how}");
}

#[test]
fn every_line_of_the_url_table_has_an_address() {
    let lines = include_str!("../router/routes.rs").lines();
    let table: Vec<_> = lines.filter_map(|line| line.trim().strip_prefix("(\"")?.split_once("\", [")).collect();
    assert_eq!(table.len(), ADDRESSES.len(), "{table:?}");
    for ((method, pattern), (our_method, address)) in table.iter().zip(ADDRESSES) {
        let segments = pattern.split(']').next().unwrap().split(", ");
        let fits = segments.clone().count() == address.split('/').count() - 1
            && segments.zip(address.split('/').skip(1)).all(|(segment, ours)| {
                let is_fixed = segment.starts_with('"');
                !is_fixed || segment.trim_matches('"') == ours
            });
        assert!(*method == our_method && fits, "{our_method} {address} is not {method} {pattern}");
    }
}

#[test]
fn every_address_leads_to_an_operation_of_its_own() {
    let document = document();
    let mut ids = BTreeSet::new();
    for (method, address) in ADDRESSES {
        let Found::Route(route) = find(method, address) else { panic!("{method} {address} leads nowhere") };
        let operation = &document["paths"][route.pattern()][method.to_lowercase()];
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{method} {address}");
    }
    let described = document["paths"].as_object().unwrap().values().map(|path| path.as_object().unwrap().len());
    assert_eq!(described.sum::<usize>(), ADDRESSES.len());
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
