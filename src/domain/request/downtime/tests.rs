//! What a report may say of an asset that stands still, who may say it when, and what becomes of a clock that goes fast.

use super::*;
use crate::domain::request::fixtures::*;
use crate::domain::request::{Change, Changes, Command, EditBody, EventBody, MaintenanceRequest, Status, create};
use crate::domain::{Actor, Caller};

fn asset() -> crate::domain::asset::AssetLabel {
    let id = "0190a5b8-0000-7000-8000-0000000000a1".parse().unwrap();
    crate::domain::asset::AssetLabel { id, name: "Lift B".into(), code: None }
}

/// What a report is kept as that says so at `at(0)`: minutes from then.
fn reported(since: Option<i64>, until: Option<i64>) -> Result<Report, Refusal> {
    let time = |minutes: Option<i64>| minutes.map(|minutes| ApiTime(at(minutes)));
    let mut new = new_request();
    (new.asset, new.down_since, new.down_until) = (Some(asset()), time(since), time(until));
    match create(&new, &requester(), at(0), &RULES)? {
        EventBody::Created { report, .. } => Ok(report),
        other => panic!("{other:?}"),
    }
}

fn code(refusal: Refusal) -> (String, String) {
    match refusal {
        Refusal::Invalid { field, code, .. } => (field, code),
        other => panic!("{other:?}"),
    }
}

fn refused(field: &str, code: &str) -> Option<(String, String)> {
    Some((field.into(), code.into()))
}

#[test]
fn a_report_says_since_when_an_asset_stands_still_but_not_that_it_will() {
    let kept = reported(Some(-90), Some(-30)).unwrap();
    assert_eq!((kept.down_since, kept.down_until), (Some(ApiTime(at(-90))), Some(ApiTime(at(-30)))));
    assert_eq!(reported(Some(4), None).unwrap().down_since, Some(ApiTime(at(0))), "a clock that goes fast");
    assert_eq!(reported(Some(0), Some(0)).unwrap().down_until, Some(ApiTime(at(0))));
    assert_eq!(reported(Some(6), None).err().map(code), refused("down_since", "in_future"));
    assert_eq!(reported(Some(-6), Some(6)).err().map(code), refused("down_until", "in_future"));
    assert_eq!(reported(Some(-6), Some(-7)).err().map(code), refused("down_until", "before_since"));
    assert_eq!(reported(None, Some(-7)).err().map(code), refused("down_until", "needs_since"));
    let mut without = new_request();
    without.down_since = Some(ApiTime(at(-5)));
    let refusal = create(&without, &requester(), at(0), &RULES).unwrap_err();
    assert_eq!(Some(code(refusal)), refused("down_since", "needs_asset"));
}

#[test]
fn a_text_is_a_time_and_an_empty_one_takes_it_away() {
    let input = |text: &str| {
        let body = serde_json::from_value::<EditBody>(serde_json::json!({ "down_until": text })).unwrap();
        body.input().map(|input| input.down_until)
    };
    assert_eq!(input(" 2026-11-24T05:46:02.123Z "), Ok(Some(Some(ApiTime(at(0))))));
    assert_eq!(input("  "), Ok(Some(None)));
    assert_eq!(input("yesterday").err().map(code), refused("down_until", "malformed"));
}

/// A request about an asset that stands still since `at(-60)`, brought to `status`.
fn standing(status: Status) -> Story {
    let mut story = Story::in_status(status);
    story.request.report.asset = Some(asset());
    story.request.report.down_since = Some(ApiTime(at(-60)));
    story
}

fn edit(since: Option<Option<i64>>, until: Option<Option<i64>>) -> Command {
    let time = |minutes: Option<i64>| minutes.map(|minutes| ApiTime(at(minutes)));
    Command::Edit(EditInput { down_since: since.map(time), down_until: until.map(time), ..EditInput::default() })
}

#[test]
fn whoever_does_maintenance_ends_it_until_the_request_is_final_and_a_requester_only_corrects_the_report() {
    let ended = edit(None, Some(Some(50)));
    for &status in Status::ALL {
        let by = |caller: &Caller| standing(status).tell(caller, &ended, at(60));
        for caller in [technician(), other_technician(), manager(), admin()] {
            assert_eq!(by(&caller).is_ok(), !status.is_final(), "{status} {caller:?}");
        }
        assert_eq!(by(&requester()).is_ok(), status == Status::Submitted, "{status}");
        assert_eq!(by(&stranger()), Err(Refusal::NotFound), "{status}");
        let mut more = EditInput { down_until: Some(Some(ApiTime(at(50)))), ..EditInput::default() };
        more.hazard = Some(true);
        let outcome = standing(status).tell(&technician(), &Command::Edit(more), at(60));
        assert_eq!(outcome, Err(Refusal::Forbidden { action: None }), "{status}");
    }
}

#[test]
fn an_edit_is_checked_against_what_the_report_says_by_then() {
    let tell = |command: Command| {
        let mut story = standing(Status::InProgress);
        story.tell(&manager(), &command, at(60)).map(|()| story)
    };
    let story = tell(edit(None, Some(Some(62)))).unwrap();
    let until = Some(ApiTime(at(60)));
    assert_eq!(story.request.report.down_until, until);
    let changes = Changes { down_until: Some(Change { from: None, to: until }), ..Changes::default() };
    assert_eq!(story.events.last().unwrap().body, EventBody::Edited { changes, target_ms: None });
    assert_eq!(tell(edit(None, Some(Some(-61)))).err().map(code), refused("down_until", "before_since"));
    assert_eq!(tell(edit(Some(Some(66)), None)).err().map(code), refused("down_since", "in_future"));
    let gone = Command::Edit(EditInput { asset: Some(None), ..EditInput::default() });
    assert_eq!(tell(gone).err().map(code), refused("down_since", "needs_asset"));
    let both = EditInput { asset: Some(None), down_since: Some(None), ..EditInput::default() };
    let report = tell(Command::Edit(both)).unwrap().request.report;
    assert_eq!((report.asset, report.down_since), (None, None));
}

#[test]
fn it_is_kept_as_the_api_tells_it_and_what_was_kept_before_says_nothing_of_it() {
    let report = reported(Some(-90), None).unwrap();
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["down_since"], "2026-11-24T04:16:02.123Z");
    assert_eq!(json.get("down_until"), None);
    let event = MaintenanceRequest::first_event(
        EventBody::Created { report: report.clone(), requester: requester().user, target_ms: 1 },
        Actor::from(&requester()),
        at(0),
    );
    let request = MaintenanceRequest::begin(request_id(), 1, &event).unwrap();
    let read: MaintenanceRequest = serde_json::from_str(&serde_json::to_string(&request).unwrap()).unwrap();
    assert_eq!(read.report, report);
    let before = r#"{"title":"t","description":"","category":"c","priority":"low"}"#;
    assert_eq!(serde_json::from_str::<Report>(before).unwrap().down_since, None);
    let change = r#"{"down_since":{"from":"2026-11-24T04:16:02.123Z","to":null}}"#;
    assert_eq!(serde_json::to_string(&serde_json::from_str::<Changes>(change).unwrap()).unwrap(), change);
}
