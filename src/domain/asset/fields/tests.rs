//! Which lists may be set, and which assets they take.

use serde_json::json;

use super::*;

fn list(json: Value) -> Vec<CategoryFields> {
    serde_json::from_value(json).unwrap()
}

fn pumps() -> Vec<CategoryFields> {
    list(json!([{ "name": "Pump", "fields": [
        { "name": "Flow", "kind": "number", "unit": "m³/h", "required": true },
        { "name": "Inspected", "kind": "date" },
        { "name": "Drive", "kind": "choice", "choices": ["electric", "diesel"] },
        { "name": "Spare", "kind": "yes_no" },
        { "name": "Seal", "kind": "text" },
    ] }]))
}

fn code<T: std::fmt::Debug>(outcome: Result<T, Refusal>) -> (String, String) {
    match outcome.unwrap_err() {
        Refusal::Invalid { field, code, .. } => (field, code),
        other => panic!("{other:?}"),
    }
}

/// What is said of a pump with these fields, which had `kept`.
fn of_pump(custom: Value, kept: Value) -> Result<(), Refusal> {
    check(&pumps(), " PUMP", custom.as_object().unwrap(), kept.as_object().unwrap())
}

#[test]
fn an_asset_of_a_category_has_what_the_category_says() {
    let whole =
        json!({ "Flow": 17.5, "Inspected": "2026-02-28", "Drive": "diesel", "Spare": false, "Seal": "F7", "Own": [1] });
    assert_eq!(of_pump(whole, json!({})), Ok(()));
    assert_eq!(of_pump(json!({ "Flow": 0 }), json!({})), Ok(()));
    let cases = [
        (json!({}), "custom.Flow", "required"),
        (json!({ "Flow": null }), "custom.Flow", "required"),
        (json!({ "Flow": " " }), "custom.Flow", "required"),
        (json!({ "Flow": "17.5" }), "custom.Flow", "wrong_type"),
        (json!({ "Flow": 1, "Inspected": "2026-02-29" }), "custom.Inspected", "malformed_date"),
        (json!({ "Flow": 1, "Inspected": 20260228 }), "custom.Inspected", "malformed_date"),
        (json!({ "Flow": 1, "Drive": "Diesel" }), "custom.Drive", "unknown_value"),
        (json!({ "Flow": 1, "Drive": true }), "custom.Drive", "unknown_value"),
        (json!({ "Flow": 1, "Spare": "yes" }), "custom.Spare", "wrong_type"),
        (json!({ "Flow": 1, "Seal": 7 }), "custom.Seal", "wrong_type"),
    ];
    for (custom, field, word) in cases {
        assert_eq!(code(of_pump(custom.clone(), json!({}))), (field.into(), word.into()), "{custom}");
    }
    assert_eq!(check(&pumps(), "Lift", &Map::new(), &Map::new()), Ok(()), "a category of nobody's list");
    assert_eq!(check(&[], "Pump", &Map::new(), &Map::new()), Ok(()));
}

#[test]
fn what_was_kept_before_the_list_was_changed_stays_until_it_is_edited() {
    let kept = json!({ "Flow": "17 m³/h", "Drive": "steam" });
    assert_eq!(of_pump(kept.clone(), kept.clone()), Ok(()));
    assert_eq!(of_pump(json!({ "Flow": "17 m³/h", "Drive": "diesel" }), kept.clone()), Ok(()));
    assert_eq!(code(of_pump(json!({ "Flow": "18 m³/h" }), kept.clone())), ("custom.Flow".into(), "wrong_type".into()));
    assert_eq!(code(of_pump(json!({ "Drive": "steam" }), kept)), ("custom.Flow".into(), "required".into()));
}

#[test]
fn a_list_is_kept_as_it_is_written_and_says_nothing_that_is_not_so() {
    let json = serde_json::to_value(pumps()).unwrap();
    assert_eq!(json[0]["fields"][1], json!({ "name": "Inspected", "kind": "date" }));
    assert_eq!(checked(pumps()), Ok(pumps()));
    let spaces =
        list(json!([{ "name": " Pump ", "fields": [{ "name": " Flow", "kind": "number", "unit": " l/s " }] }]));
    let tidy = checked(spaces).unwrap();
    assert_eq!((tidy[0].name.as_str(), tidy[0].fields[0].unit.as_str()), ("Pump", "l/s"));
}

#[test]
fn a_list_with_what_nobody_could_fill_in_is_refused() {
    let field = |more: Value| {
        let mut field = json!({ "name": "Flow", "kind": "number" });
        field.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        checked(list(json!([{ "name": "Pump", "fields": [field] }])))
    };
    assert!(field(json!({})).is_ok());
    let cases = [
        (field(json!({ "name": " " })), "required"),
        (field(json!({ "name": "x".repeat(61) })), "too_long"),
        (field(json!({ "unit": "x".repeat(21) })), "too_long"),
        (field(json!({ "kind": "text", "unit": "kg" })), "unexpected"),
        (field(json!({ "choices": ["a"] })), "unexpected"),
        (field(json!({ "kind": "choice" })), "required"),
        (field(json!({ "kind": "choice", "choices": ["a", "a "] })), "duplicate"),
        (field(json!({ "kind": "choice", "choices": vec!["a"; 51] })), "out_of_range"),
        (checked(list(json!([{ "name": "", "fields": [] }]))), "required"),
        (checked(list(json!([{ "name": "Pump", "fields": [] }, { "name": "pump", "fields": [] }]))), "duplicate"),
        (checked(vec![CategoryFields { name: "Pump".into(), fields: Vec::new() }; 51]), "out_of_range"),
    ];
    for (outcome, word) in cases {
        assert_eq!(code(outcome), ("value".into(), word.into()));
    }
    let fields: Vec<Value> = (0..41).map(|n| json!({ "name": n.to_string(), "kind": "text" })).collect();
    assert_eq!(code(checked(list(json!([{ "name": "Pump", "fields": fields }])))).1, "out_of_range");
    let twice = json!([{ "name": "Flow", "kind": "text" }, { "name": "Flow", "kind": "number" }]);
    assert_eq!(code(checked(list(json!([{ "name": "Pump", "fields": twice }])))).1, "duplicate");
    let choices: Vec<String> = (0..50).map(|n| format!("{n:02}{}", "é".repeat(58))).collect();
    let fields: Vec<Value> =
        (0..12).map(|n| json!({ "name": n.to_string(), "kind": "choice", "choices": choices })).collect();
    assert_eq!(code(checked(list(json!([{ "name": "Pump", "fields": fields }])))).1, "out_of_range", "all together");
}
