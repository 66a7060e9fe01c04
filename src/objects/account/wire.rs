//! The bytes of the account's contract. A changed line here is a changed format: fields are added with defaults, and
//! never renamed.

use serde_json::{Value, from_value, json, to_value};

use super::api::{Account, AccountKey, Attempt, Closed, Inbox, Listing, Opened, Released, Sessions, Succeeded};
use crate::domain::time::Timestamp;
use crate::objects::protocol::{Key, Message};

const SESSION: &str = "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925";

fn is_golden(message: impl Message<To = Account>, golden: &Value) {
    assert_eq!(&to_value(message.into_inbox()).unwrap(), golden);
    let read: Inbox = from_value(golden.clone()).unwrap();
    assert_eq!(&to_value(&read).unwrap(), golden);
}

#[test]
fn messages_are_golden() {
    let listing = Listing {
        session: SESSION.parse().unwrap(),
        opened_at: Timestamp::from_ms(1_795_000_000_000),
        ends_at: Timestamp::from_ms(1_795_604_800_000),
        user_agent: "curl".into(),
        address: "::1".into(),
    };
    let listing_json = json!({
        "session": SESSION, "opened_at": 1_795_000_000_000_i64, "ends_at": 1_795_604_800_000_i64,
        "user_agent": "curl", "address": "::1",
    });
    is_golden(Attempt {}, &json!({"attempt": {}}));
    is_golden(Succeeded {}, &json!({"succeeded": {}}));
    is_golden(Released {}, &json!({"released": {}}));
    is_golden(Opened { listing }, &json!({"opened": {"listing": listing_json}}));
    is_golden(Closed { session: SESSION.parse().unwrap() }, &json!({"closed": {"session": SESSION}}));
    is_golden(Sessions {}, &json!({"sessions": {}}));
}

#[test]
fn an_account_is_named_by_its_address_or_its_user() {
    let by_address = format!("default/login/{SESSION}");
    let by_user = "default/user/00000000-0000-0000-0000-000000000007";
    assert!(matches!(AccountKey::parse(&by_address), Some(AccountKey::Login { .. })));
    assert!(matches!(AccountKey::parse(by_user), Some(AccountKey::User { .. })));
    for name in [by_address.as_str(), by_user] {
        assert_eq!(AccountKey::parse(name).unwrap().name(), name);
    }
    for foreign in ["", "default", "default/user", "default/user/7", "default/other/7", "/user/7", "Default/login/x"] {
        assert!(AccountKey::parse(foreign).is_none(), "{foreign:?}");
    }
}
