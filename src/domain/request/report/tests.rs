//! What of a report is kept, what an edit changes, and what reports of before are read as.

use super::*;
use crate::domain::request::fixtures::new_request;

fn body(json: serde_json::Value) -> NewRequestBody {
    serde_json::from_value(json).unwrap()
}

#[test]
fn a_report_of_before_has_no_contact_and_no_hazard() {
    let stored = r#"{"title":"t","description":"","category":"c","priority":"low"}"#;
    let report = serde_json::from_str::<Report>(stored).unwrap();
    assert_eq!((report.contact, report.hazard), (None, false));
}

#[test]
fn a_contact_may_be_left_out_or_empty_and_is_of_one_line() {
    let report = |contact: serde_json::Value| {
        let mut json = serde_json::json!({ "title": "t", "category": "c", "priority": "low" });
        json["contact"] = contact;
        body(json).draft(None).map(|draft| draft.report().contact)
    };
    assert_eq!(report(serde_json::Value::Null), Ok(None));
    assert_eq!(report("".into()), Ok(None));
    assert_eq!(report("  ".into()), Ok(None));
    assert_eq!(report(" ext. 12, room 3.14 ".into()), Ok(Some("ext. 12, room 3.14".into())));
    assert_eq!(report("x".repeat(120).into()), Ok(Some("x".repeat(120))));
    assert!(report("x".repeat(121).into()).is_err());
    assert!(report("a\nb".into()).is_err());
}

#[test]
fn an_edit_gives_changes_and_takes_a_contact_away() {
    let mut report = new_request().report();
    let edit = |contact: &str| EditInput { contact: Some(Contact::parse(contact).unwrap()), ..EditInput::default() };
    let changes = report.changes(&edit("ext. 12"));
    assert_eq!(changes.contact, Some(Change { from: None, to: Some("ext. 12".into()) }));
    report.change(&changes);
    assert_eq!(report.changes(&edit("ext. 12")), Changes::default());
    let json = serde_json::to_string(&report.changes(&edit(""))).unwrap();
    assert_eq!(json, r#"{"contact":{"from":"ext. 12","to":null}}"#);
    report.change(&serde_json::from_str(&json).unwrap());
    assert_eq!(report.contact, None);
}
