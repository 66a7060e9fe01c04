//! What actors tell each other: envelopes, upgrades, replies and rows.
//!
//! What a reader understands, written again, says what was read: no field is changed on the way, though unknown ones
//! are dropped and defaults are added. Read once more, it is the same text.

#![no_main]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cepatedge::db::statements::users::UserPage;
use cepatedge::domain::log::AuditRow;
use cepatedge::domain::request::{EventRow, RequestRow};
use cepatedge::domain::user::{User, UserRow};
use cepatedge::domain::{Entry, Event, MaintenanceRequest, NewEntry, Refusal, Summary, Timestamp};
use cepatedge::objects::account::api::{Account, Listing};
use cepatedge::objects::cache::api::{Cache, Cached};
use cepatedge::objects::context::CallContext;
use cepatedge::objects::database::api::{Database, Health};
use cepatedge::objects::inbox::api::Notices;
use cepatedge::objects::log_stream::api::{LogStream, StreamStats};
use cepatedge::objects::request::api::{Inspection, Request, Versioned};
use cepatedge::objects::request_index::api::{IndexStats, RequestIndex};
use cepatedge::objects::session::api::{LiveSession, Session};
use cepatedge_fuzz::{Input, begin, json};
use durable::outbox::Debt;
use durable::page::Page;
use durable::{Contract, Envelope, OnTheWire, Upgrade, Wire, read_upgrade};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json as value};
use uuid::Uuid;

fuzz_target!(init: begin(), |data: &[u8]| {
    let mut input = Input(data);
    let (kind, number) = (input.byte() % 4, usize::from(input.byte()));
    let readers: &[fn(&str)] = match kind {
        0 => &CALLS,
        1 => &UPGRADES,
        2 => &REPLIES,
        _ => &ROWS,
    };
    readers[number % readers.len()](&input.rest());
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    json::mutate(2, data, size, max_size, seed)
});

const CALLS: [fn(&str); 8] = [
    is_stable::<Call<Request>>,
    is_stable::<Call<RequestIndex>>,
    is_stable::<Call<Session>>,
    is_stable::<Call<Account>>,
    is_stable::<Call<LogStream>>,
    is_stable::<Call<Cache>>,
    is_stable::<Call<Database>>,
    is_stable::<Call<Notices>>,
];

const UPGRADES: [fn(&str); 4] = [upgrade::<Request>, upgrade::<RequestIndex>, upgrade::<LogStream>, upgrade::<Notices>];

const REPLIES: [fn(&str); 13] = [
    reply::<Versioned>,
    page,
    reply::<Inspection>,
    reply::<Vec<Debt>>,
    reply::<IndexStats>,
    reply::<StreamStats>,
    reply::<LiveSession>,
    reply::<Vec<Listing>>,
    reply::<Option<Cached>>,
    reply::<Health>,
    reply::<Option<User>>,
    reply::<UserPage>,
    is_stable::<Refusal>,
];

const ROWS: [fn(&str); 9] = [
    is_stable::<Event>,
    is_stable::<MaintenanceRequest>,
    is_stable::<Summary>,
    is_stable::<NewEntry>,
    is_stable::<Entry>,
    is_stable::<RequestRow>,
    event_row,
    is_stable::<AuditRow>,
    is_stable::<UserRow>,
];

/// A call of a message of this actor.
type Call<C> = Envelope<<C as Contract>::Inbox, CallContext>;

fn upgrade<C: Contract>(text: &str) {
    is_stable::<Upgrade<C::Watch, CallContext>>(text);
    let url = format!("https://object/{}", URL_SAFE_NO_PAD.encode(text));
    let read = read_upgrade::<C::Watch, CallContext>(&url).map(|upgrade| serde_json::to_string(&upgrade).unwrap());
    assert_eq!(read, written::<Upgrade<C::Watch, CallContext>>(text));
    // Whatever the URL.
    read_upgrade::<C::Watch, CallContext>(text);
}

/// What an actor answers is read again as it was written, also its refusal.
fn reply<T: OnTheWire>(text: &str) {
    match T::read(Wire::from(text.to_owned())) {
        Ok(Ok(reply)) => {
            let wire = reply.write().unwrap();
            let again = T::read(wire.clone()).unwrap().unwrap();
            assert_eq!(again.write().unwrap(), wire);
        }
        Ok(Err(refusal)) => assert_eq!(T::read(Wire::refused(refusal.clone())).unwrap().err(), Some(refusal)),
        Err(_) => {}
    }
}

/// A page's items stand behind its JSON, and come through as they are.
fn page(text: &str) {
    if let Ok(Ok(page)) = Page::read(Wire::parse(text)) {
        let whole = page.clone().write().unwrap().whole();
        assert_eq!(Page::read(Wire::parse(&whole.read())).unwrap(), Ok(page));
    }
}

fn event_row(text: &str) {
    is_stable::<EventRow>(text);
    if let Ok(row) = serde_json::from_str::<EventRow>(text)
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
        // What is skipped may be a number that no value holds.
        let Ok(before) = serde_json::from_str::<Value>(text) else { return };
        let behind = serde_json::from_str::<Value>(&once).unwrap();
        assert!(agree(&before, &behind), "{}: {before} became {behind}", std::any::type_name::<T>());
    }
}

/// Whether what is written says the same of everything that both speak of.
fn agree(read: &Value, written: &Value) -> bool {
    // Whoever acts without an id is the system, whatever he is called.
    if *written == value!({ "id": null, "name": "system" }) {
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
