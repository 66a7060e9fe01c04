//! Ids of every kind, the names of objects, and the seal of request ids.
//!
//! An id has one spelling, the same in a URL and in JSON, and cannot reach out of its place in an object's name; a
//! name that is read as a key is the name that this key has. A UUID alone is read in either case of its letters, and
//! written in the lower one (RFC 9562 section 4). A sealed id is genuine if and only if sealing its own bytes makes it,
//! in its own organisation alone.

#![no_main]

use std::fmt::Display;
use std::str::FromStr;

use cepatedge::domain::label::LabelCode;
use cepatedge::domain::request::IdSeal;
use cepatedge::domain::{EntryId, IdempotencyKey, OrgId, RequestId, SessionName, TraceId, UserId};
use cepatedge::objects::account::api::Account;
use cepatedge::objects::cache::api::Cache;
use cepatedge::objects::database::api::Database;
use cepatedge::objects::inbox::api::Notices;
use cepatedge::objects::log_stream::api::LogStream;
use cepatedge::objects::request::api::Request;
use cepatedge::objects::request_index::api::RequestIndex;
use cepatedge::objects::session::api::Session;
use cepatedge_fuzz::{Input, begin, damaged};
use durable::{Contract, Key};
use libfuzzer_sys::fuzz_target;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

fuzz_target!(init: begin(), |data: &[u8]| {
    let mut input = Input(data);
    let seal = IdSeal::new(b"the key of request ids in a test").unwrap();
    match input.byte() % 5 {
        0 => has_one_spelling(&input.rest()),
        1 => is_genuine_as_made(&seal, &input.rest()),
        2 => damage_is_noticed(&seal, &mut input),
        3 => derived_apart(&seal, &mut input),
        _ => names_one_object(&input.rest()),
    }
});

fn has_one_spelling(text: &str) {
    let lower = text.to_ascii_lowercase();
    parsed_as::<UserId>(text, &lower);
    parsed_as::<RequestId>(text, &lower);
    let in_names = [
        parsed_alike::<OrgId>(text),
        parsed_alike::<EntryId>(text),
        parsed_as::<TraceId>(text, &lower),
        parsed_alike::<SessionName>(text),
    ];
    if in_names.contains(&true) {
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{text:?}");
    }
    // As people type it; written in one way, which is read as it was meant.
    if let Ok(code) = text.parse::<LabelCode>() {
        assert!(code.as_str().len() == 8 && code.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric()), "{text:?}");
        assert!(!code.as_str().contains(['I', 'L', 'O', 'U']) && in_json::<LabelCode>(text) == Some(code.clone()));
        for written in [code.to_string(), code.as_str().to_lowercase(), format!(" {code} ")] {
            assert_eq!(written.parse(), Ok(code.clone()));
        }
    }
    if parsed_alike::<IdempotencyKey>(text) {
        assert!(text.len() <= 255 && text.bytes().all(|byte| byte.is_ascii_graphic()));
    }
}

/// Whether it is such an id, which is written as it was read; JSON says the same.
fn parsed_alike<T: FromStr + Display + Serialize + DeserializeOwned>(text: &str) -> bool {
    let id = parsed_as::<T>(text, text);
    assert_eq!(id, in_json::<T>(text).is_some(), "{text:?}");
    id
}

/// Whether it is such an id, which is written as `written`, in JSON too. (JSON takes further forms of a UUID.)
fn parsed_as<T: FromStr + Display + Serialize + DeserializeOwned>(text: &str, written: &str) -> bool {
    let Ok(id) = text.parse::<T>() else { return false };
    assert_eq!(id.to_string(), written);
    assert_eq!(serde_json::to_value(in_json::<T>(text).unwrap()).unwrap(), written);
    true
}

fn in_json<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_value(Value::String(text.to_owned())).ok()
}

fn names_one_object(name: &str) {
    is_the_name_of_its_key::<Request>(name);
    is_the_name_of_its_key::<RequestIndex>(name);
    is_the_name_of_its_key::<Session>(name);
    is_the_name_of_its_key::<Account>(name);
    is_the_name_of_its_key::<LogStream>(name);
    is_the_name_of_its_key::<Cache>(name);
    is_the_name_of_its_key::<Database>(name);
    is_the_name_of_its_key::<Notices>(name);
}

fn is_the_name_of_its_key<C: Contract>(name: &str) {
    if let Some(key) = C::Key::parse(name) {
        assert!(key.name().eq_ignore_ascii_case(name), "{}: {name:?}", C::BINDING);
        assert_eq!(C::Key::parse(&key.name()).unwrap().name(), key.name(), "{}", C::BINDING);
    }
}

fn org(name: &str) -> OrgId {
    name.parse().unwrap()
}

fn is_genuine_as_made(seal: &IdSeal, text: &str) {
    let Ok(id) = text.parse::<RequestId>() else { return };
    if seal.is_genuine(&org("default"), id) {
        let unique = id.0.as_bytes()[..10].try_into().unwrap();
        assert_eq!(seal.mint(&org("default"), unique), id);
    }
}

fn damage_is_noticed(seal: &IdSeal, input: &mut Input<'_>) {
    let id = seal.mint(&org("default"), input.array());
    assert!(seal.is_genuine(&org("default"), id) && !seal.is_genuine(&org("other"), id));
    let text = id.to_string();
    is_genuine_as_made(seal, &text);
    let damaged = damaged(&text, input);
    let read = damaged.parse::<RequestId>();
    assert_eq!(read.is_ok_and(|id| seal.is_genuine(&org("default"), id)), damaged.to_ascii_lowercase() == text);
}

fn derived_apart(seal: &IdSeal, input: &mut Input<'_>) {
    let user = |input: &mut Input<'_>| UserId(Uuid::from_bytes(input.array()));
    let (one_user, other_user) = (user(input), user(input));
    let [one_org, other_org, one_key, other_key] = std::array::from_fn(|_| input.text());
    let (Ok(one_org), Ok(other_org)) = (one_org.parse::<OrgId>(), other_org.parse::<OrgId>()) else { return };
    let (Ok(one_key), Ok(other_key)) = (one_key.parse(), other_key.parse()) else { return };
    let one = seal.derive(&one_org, one_user, &one_key);
    let other = seal.derive(&other_org, other_user, &other_key);
    let alike = (&one_org, one_user, &one_key) == (&other_org, other_user, &other_key);
    assert_eq!(one == other, alike);
    assert!(seal.is_genuine(&one_org, one));
    assert_eq!(seal.is_genuine(&other_org, one), one_org == other_org);
}
