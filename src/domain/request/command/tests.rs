//! Commands cross from the router to a request's object: their JSON is golden, and inputs are taken or refused by name.

use super::*;
use crate::domain::{golden, request::LinkKind, request::fixtures::*};

fn one_of_each() -> Vec<Command> {
    let mut commands: Vec<_> = Action::ALL.iter().map(|&action| valid_command(action, &manager())).collect();
    commands.push(edit_title("Lift B is stuck"));
    commands.push(comment("The part is ordered.", Visibility::Internal));
    commands.extend([link(LinkKind::DuplicateOf, 7), link_of_theirs(LinkKind::HasDuplicate, 7), unlink(7)]);
    commands
}

#[test]
fn every_command_crosses_unchanged() {
    golden::assert_golden("commands.json", &one_of_each());
    let read: Vec<Command> = serde_json::from_str(&golden::read("commands.json")).unwrap();
    assert_eq!(read, one_of_each());
}

#[test]
fn a_missing_input_is_refused_by_its_name() {
    for &action in Action::ALL {
        let optional = matches!(table::needs(action), Some(Needs::Rating(_)));
        let missing = table::needs(action).and_then(Needs::input).filter(|_| !optional);
        match (Step::new(action, ActionInput::default()), missing) {
            (Ok(_), None) => {}
            (Err(Refusal::Invalid { field, code, .. }), Some(missing)) => {
                assert_eq!((field.as_str(), code.as_str()), (missing, "required"));
            }
            (outcome, _) => panic!("{action} without inputs gave {outcome:?}"),
        }
    }
}

#[test]
fn what_no_release_knows_does_not_cross() {
    let unknown = serde_json::from_str::<Command>(r#"{"command":"frobnicate"}"#);
    assert!(unknown.is_err());
    let without_reason = serde_json::from_str::<Command>(r#"{"command":"reject"}"#);
    assert!(without_reason.is_err());
    // As a router of the release before says it.
    let close: Command = serde_json::from_str(r#"{"command":"close","rating":null}"#).unwrap();
    assert_eq!(close, bare(Action::Close));
}

#[test]
fn an_input_that_the_action_does_not_take_is_not_dropped() {
    let with_reason = ActionInput { reason: Some("Because.".into()), ..ActionInput::default() };
    let refusal = Refusal::invalid("reason", "unexpected", "approve does not take reason.");
    assert_eq!(Step::new(Action::Approve, with_reason), Err(refusal));
    let with_rating = ActionInput { rating: Some(3), ..ActionInput::default() };
    assert!(Step::new(Action::Close, with_rating.clone()).is_ok());
    assert!(Step::new(Action::Start, with_rating).is_err());
}
