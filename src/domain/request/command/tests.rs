//! Commands cross from the router to a request's object: their JSON is golden, and inputs are taken or refused by name.

use super::*;
use crate::domain::{golden, request::fixtures::*};

fn one_of_each() -> Vec<Command> {
    let mut commands = vec![Command::Create(new_request())];
    commands.extend(Action::ALL.iter().map(|&action| valid_command(action, &manager())));
    commands.push(edit_title("Lift B is stuck"));
    commands.push(comment("The part is ordered.", Visibility::Internal));
    commands
}

#[test]
fn every_command_crosses_unchanged() {
    golden::assert_golden("commands.json", &one_of_each());
    let read: Vec<Command> = serde_json::from_str(&golden::read("commands.json")).unwrap();
    assert_eq!(read, one_of_each());
}

#[test]
fn every_action_has_its_command() {
    for &action in Action::ALL {
        assert_eq!(valid_command(action, &manager()).action(), Some(action));
    }
}

#[test]
fn a_missing_input_is_refused_by_its_name() {
    let needs = [
        (Action::Reject, "reason"),
        (Action::Assign, "assignee_id"),
        (Action::Release, "reason"),
        (Action::Hold, "reason"),
        (Action::Complete, "resolution"),
        (Action::Reopen, "reason"),
        (Action::Cancel, "reason"),
    ];
    for &action in Action::ALL {
        let missing = needs.iter().find(|need| need.0 == action).map(|need| need.1);
        match (Command::for_action(action, ActionInput::default()), missing) {
            (Ok(_), None) => {}
            (Err(Refusal::Invalid { field, code, .. }), Some(missing)) => {
                assert_eq!((field.as_str(), code.as_str()), (missing, "required"));
            }
            (outcome, _) => panic!("{action} without inputs gave {outcome:?}"),
        }
    }
}

#[test]
fn an_input_that_the_action_does_not_take_is_not_dropped() {
    let with_reason = ActionInput { reason: Some("Because.".into()), ..ActionInput::default() };
    let refusal = Refusal::invalid("reason", "unexpected", "approve does not take reason.");
    assert_eq!(Command::for_action(Action::Approve, with_reason), Err(refusal));
    let with_rating = ActionInput { rating: Some(3), ..ActionInput::default() };
    assert!(Command::for_action(Action::Close, with_rating.clone()).is_ok());
    assert!(Command::for_action(Action::Start, with_rating).is_err());
}
