//! What an entry becomes on its way to the read model.

use std::cell::RefCell;

use base::ids::EntryId;
use base::ids::UserId;
use base::time::Timestamp;
use futures::FutureExt;

use super::*;
use crate::domain::log::{Level, NewEntry};
use crate::domain::user::{Person, Role};

fn entry() -> NewEntry {
    let id: EntryId = "e-1".parse().unwrap();
    NewEntry::new(id, Timestamp::from_ms(1_000), Level::Info, "request approved")
}

fn kept(entry: NewEntry) -> Kept {
    let json = serde_json::to_string(&entry.at(7)).unwrap();
    Kept { seq: 7, json, search: String::new(), hash: Some("abc".into()) }
}

#[test]
fn an_entry_becomes_a_row_with_its_action_its_object_and_its_link() {
    let user = UserId(uuid::Uuid::from_u128(5));
    let mut entry = entry().with("action", "approved").with("object", json!({"type": "request", "id": "r-1"}));
    entry.request_id = Some("00000000-0000-7000-8000-000000000001".parse().unwrap());
    entry.actor = Some(Actor::User(Person { id: user, name: "Sari".into() }, Some(Role::Manager), None));
    let row = audit_row(&"default".parse().unwrap(), &kept(entry)).unwrap();
    assert_eq!((row.seq, row.ts.as_ms(), row.actor_id, row.actor_name.as_str()), (7, 1_000, Some(user), "Sari"));
    assert_eq!(row.actor_role, Some(Role::Manager));
    assert_eq!((row.action.as_str(), row.object_type.as_str(), row.object_id.as_str()), ("approved", "request", "r-1"));
    assert_eq!(row.fields.get("message"), Some(&json!("request approved")));
    assert_eq!(row.fields.get("hash"), Some(&json!("abc")));
}

#[test]
fn an_entry_without_particulars_is_still_a_row() {
    let mut entry = entry();
    entry.request_id = Some("00000000-0000-7000-8000-000000000001".parse().unwrap());
    let row = audit_row(&"default".parse().unwrap(), &kept(entry)).unwrap();
    assert_eq!(
        (row.action.as_str(), row.object_type.as_str(), row.actor_name.as_str()),
        ("request approved", "", "system")
    );
}

#[test]
fn an_entry_that_cannot_be_a_row_is_refused_under_its_seq() {
    let refused = audit_row(&"default".parse().unwrap(), &kept(entry()));
    assert!(matches!(refused, Err(Failure::Refused { seq: 7, .. })));
}

/// What becomes of rows 1 to `rows` when `refused` are refused: the outcome, and what arrived, in order.
fn sent(rows: i64, refused: &[i64]) -> (Result<(), Failure>, Vec<i64>, usize) {
    let (arrived, calls) = (RefCell::new(Vec::new()), RefCell::new(0));
    let send = async |rows: &[i64]| {
        *calls.borrow_mut() += 1;
        let first = rows.first().copied().unwrap_or_default();
        if rows.iter().any(|row| refused.contains(row)) {
            return Err(Failure::Refused { seq: first, error: "22P05".into() });
        }
        arrived.borrow_mut().extend_from_slice(rows);
        Ok(())
    };
    let rows: Vec<i64> = (1..=rows).collect();
    let outcome = up_to_refusal(&rows, send).now_or_never().unwrap();
    (outcome, arrived.into_inner(), calls.into_inner())
}

#[test]
fn those_before_the_first_refused_row_arrive_once_and_it_is_found_by_halves() {
    for culprit in [1, 2, 499, 500, 777, 1_000] {
        let (outcome, arrived, calls) = sent(1_000, &[culprit, 1_000]);
        assert!(matches!(outcome, Err(Failure::Refused { seq, .. }) if seq == culprit), "{culprit}: {outcome:?}");
        assert_eq!(arrived, (1..culprit).collect::<Vec<_>>());
        assert!(calls <= 25, "{culprit}: {calls} calls");
    }
}

#[test]
fn rows_that_nobody_refuses_go_together() {
    let (outcome, arrived, calls) = sent(1_000, &[]);
    assert!(outcome.is_ok() && arrived.len() == 1_000 && calls == 1);
}
