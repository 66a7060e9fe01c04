//! The document speaks of every route and of nothing else, and the committed file is the document.

use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::domain::request::fixtures::{Story, at, manager, valid_command};
use crate::domain::request::table::{When, Who};

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

#[test]
fn the_steps_that_clients_read_are_the_state_table() {
    let steps = &document()["components"]["schemas"]["Action"]["x-steps"];
    assert_eq!(steps.as_object().unwrap().len(), Action::ALL.len());
    for row in table::ROWS {
        let told = &steps[row.action.as_str()];
        assert_eq!(told["transitions"].as_array().unwrap().len(), row.transitions.len());
        for (transition, told) in row.transitions.iter().zip(told["transitions"].as_array().unwrap()) {
            let who = match transition.who {
                Who::Manager => "manager",
                Who::Requester => "requester",
                Who::Technician => "technician",
                Who::Assignee => "assignee",
            };
            let when = match transition.when {
                When::Always => "always",
                When::ClosedLately => "closed_lately",
                When::NotTheirs => "not_theirs",
            };
            assert_eq!(*told, json!({ "who": who, "from": transition.from, "to": transition.to, "when": when }));
        }
    }
}

#[test]
fn the_event_that_clients_read_of_a_step_is_the_one_that_it_makes() {
    let steps = &document()["components"]["schemas"]["Action"]["x-steps"];
    for row in table::ROWS {
        for &from in row.transitions.iter().flat_map(|transition| transition.from) {
            let mut story = Story::in_status(from);
            story.tell(&manager(), &valid_command(row.action, &manager()), at(20)).unwrap();
            let made = story.events.last().unwrap();
            assert_eq!(steps[row.action.as_str()]["event"], made.kind(), "{row:?}");
        }
    }
}
