//! What actors tell each other: envelopes, upgrades, replies and rows.
//!
//! What a reader understands, written again, says what was read: no field is changed on the way, though unknown ones
//! are dropped and defaults are added. Read once more, it is the same text.

#![no_main]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cepatedge::domain::{Entry, Event, MaintenanceRequest, NewEntry, Refusal, Summary, Timestamp, sync};
use cepatedge::objects::account::api::{Account, Listing};
use cepatedge::objects::cache::api::{Cache, Cached};
use cepatedge::objects::database::api::{Database, Health, User, UserPage};
use cepatedge::objects::log_stream::api::{LogStream, StreamStats};
use cepatedge::objects::outbox::Debt;
use cepatedge::objects::page::Page;
use cepatedge::objects::protocol::{Contract, Envelope, Reply, Upgrade, read_upgrade};
use cepatedge::objects::request::api::{Inspection, Request, Versioned};
use cepatedge::objects::request_index::api::{IndexStats, RequestIndex};
use cepatedge::objects::session::api::{Held, Session};
use cepatedge_fuzz::{Input, begin};
use libfuzzer_sys::fuzz_target;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

fuzz_target!(init: begin(), |data: &[u8]| {
    let mut input = Input(data);
    let kind = input.byte();
    let text = input.rest();
    match kind % 4 {
        0 => {
            call::<Request>(&text);
            call::<RequestIndex>(&text);
            call::<Session>(&text);
            call::<Account>(&text);
            call::<LogStream>(&text);
            call::<Cache>(&text);
            call::<Database>(&text);
        }
        1 => {
            upgrade::<Request>(&text);
            upgrade::<RequestIndex>(&text);
            upgrade::<LogStream>(&text);
        }
        2 => replies(&text),
        _ => rows(&text),
    }
});

fn call<C: Contract>(text: &str) {
    is_stable::<Envelope<C::Inbox>>(text);
}

fn upgrade<C: Contract>(text: &str) {
    is_stable::<Upgrade<C::Watch>>(text);
    let url = format!("https://object/{}", URL_SAFE_NO_PAD.encode(text));
    let read = read_upgrade::<C::Watch>(&url).map(|upgrade| serde_json::to_string(&upgrade).unwrap());
    assert_eq!(read, written::<Upgrade<C::Watch>>(text));
    // Whatever the URL.
    read_upgrade::<C::Watch>(text);
}

fn replies(text: &str) {
    is_stable::<Reply<Versioned>>(text);
    is_stable::<Reply<Page>>(text);
    is_stable::<Reply<Inspection>>(text);
    is_stable::<Reply<Vec<Debt>>>(text);
    is_stable::<Reply<IndexStats>>(text);
    is_stable::<Reply<StreamStats>>(text);
    is_stable::<Reply<Held>>(text);
    is_stable::<Reply<Vec<Listing>>>(text);
    is_stable::<Reply<Option<Cached>>>(text);
    is_stable::<Reply<Health>>(text);
    is_stable::<Reply<Option<User>>>(text);
    is_stable::<Reply<UserPage>>(text);
    is_stable::<Refusal>(text);
}

fn rows(text: &str) {
    is_stable::<Event>(text);
    is_stable::<MaintenanceRequest>(text);
    is_stable::<Summary>(text);
    is_stable::<NewEntry>(text);
    is_stable::<Entry>(text);
    is_stable::<sync::RequestRow>(text);
    is_stable::<sync::EventRow>(text);
    is_stable::<sync::AuditRow>(text);
    is_stable::<sync::UserRow>(text);
    if let Ok(row) = serde_json::from_str::<sync::EventRow>(text)
        && let Ok(event) = row.clone().into_event()
    {
        assert_eq!((event.seq, event.kind()), (row.seq, &*row.kind));
    }
}

fn written<T: Serialize + DeserializeOwned>(text: &str) -> Option<String> {
    Some(serde_json::to_string(&serde_json::from_str::<T>(text).ok()?).unwrap())
}

fn is_stable<T: Serialize + DeserializeOwned>(text: &str) {
    if let Some(once) = written::<T>(text) {
        assert_eq!(written::<T>(&once).as_deref(), Some(&*once), "{}", std::any::type_name::<T>());
        let [before, behind] = [text, &once].map(|text| serde_json::from_str::<Value>(text).unwrap());
        assert!(agree(&before, &behind), "{}: {before} became {behind}", std::any::type_name::<T>());
    }
}

/// Whether what is written says the same of everything that both speak of.
fn agree(read: &Value, written: &Value) -> bool {
    // Whoever acts without an id is the system, whatever he is called.
    if *written == json!({ "id": null, "name": "system" }) {
        return read["id"].is_null();
    }
    match (read, written) {
        (Value::Object(read), Value::Object(written)) => {
            written.iter().all(|(name, value)| read.get(name).is_none_or(|before| agree(before, value)))
        }
        (Value::Array(read), Value::Array(written)) => {
            read.len() == written.len() && read.iter().zip(written).all(|(read, written)| agree(read, written))
        }
        // A struct may be read from an array, and a word from an object: both are other spellings of serde's.
        (Value::Array(_), Value::Object(_)) | (Value::Object(_), Value::String(_)) => true,
        (Value::String(read), Value::String(written)) => same_text(read, written),
        (read, written) => read == written,
    }
}

/// Texts are trimmed, and ids and times have a spelling that is ours.
fn same_text(read: &str, written: &str) -> bool {
    let id = |text: &str| Uuid::parse_str(text).ok();
    let time = |text: &str| Timestamp::parse_rfc3339(text).ok();
    read.trim().replace("\r\n", "\n") == written
        || read == written
        || (id(written).is_some() && id(read) == id(written))
        || (time(written).is_some() && time(read) == time(written))
}
