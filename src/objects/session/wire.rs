//! The bytes of the session's contract. A changed line here is a changed format: fields are added with defaults, and
//! never renamed.

use serde_json::{Value, from_value, json, to_value};

use super::api::{Check, Held, Inbox, Open, Revoke, SessionKey};
use crate::domain::person::{Caller, Person};
use crate::domain::role::Role;
use crate::domain::time::Timestamp;
use crate::objects::protocol::{Key, Message};

const NAME: &str = "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925";

fn caller() -> Caller {
    let id = "00000000-0000-0000-0000-000000000007".parse().unwrap();
    Caller { user: Person { id, name: "Sari".into() }, role: Role::Manager }
}

fn caller_json() -> Value {
    json!({"user": {"id": "00000000-0000-0000-0000-000000000007", "name": "Sari"}, "role": "manager"})
}

fn is_golden(message: impl Message<To = super::api::Session>, golden: &Value) {
    let inbox: Inbox = message.into_inbox();
    assert_eq!(&to_value(&inbox).unwrap(), golden);
    let read: Inbox = from_value(golden.clone()).unwrap();
    assert_eq!(&to_value(&read).unwrap(), golden);
}

#[test]
fn messages_are_golden() {
    let open = Open { caller: caller(), email: "s@x.test".into(), user_agent: "curl".into(), address: "::1".into() };
    is_golden(
        open,
        &json!({"open": {"caller": caller_json(), "email": "s@x.test", "user_agent": "curl", "address": "::1"}}),
    );
    is_golden(Check {}, &json!({"check": {}}));
    is_golden(Revoke { reason: "logout".into() }, &json!({"revoke": {"reason": "logout"}}));
}

#[test]
fn the_reply_is_golden() {
    let held = Held {
        session: NAME.parse().unwrap(),
        caller: caller(),
        email: "s@x.test".into(),
        opened_at: Timestamp::from_ms(1_795_000_000_000),
        seen_at: Timestamp::from_ms(1_795_000_060_000),
        expires_at: Timestamp::from_ms(1_795_043_260_000),
        ends_at: Timestamp::from_ms(1_795_604_800_000),
        user_agent: "curl".into(),
        address: "::1".into(),
    };
    let golden = json!({
        "session": NAME, "caller": caller_json(), "email": "s@x.test",
        "opened_at": 1_795_000_000_000_i64, "seen_at": 1_795_000_060_000_i64,
        "expires_at": 1_795_043_260_000_i64, "ends_at": 1_795_604_800_000_i64,
        "user_agent": "curl", "address": "::1",
    });
    assert_eq!(to_value(&held).unwrap(), golden);
    assert_eq!(to_value(from_value::<Held>(golden.clone()).unwrap()).unwrap(), golden);
}

#[test]
fn an_object_is_named_by_organisation_and_hash_alone() {
    let name = format!("default/{NAME}");
    assert_eq!(SessionKey::parse(&name).unwrap().name(), name);
    let short = format!("default/{}", &NAME[1..]);
    let capital = format!("default/{}", NAME.to_uppercase());
    let nested = format!("default/x/{NAME}");
    for foreign in ["", "default", "default/", NAME, &short, &capital, &nested, &format!("/{NAME}")] {
        assert!(SessionKey::parse(foreign).is_none(), "{foreign:?}");
    }
}
