//! What actors tell each other: envelopes, upgrades, replies, rows, and the names of objects.
//!
//! What a reader understands, written and read again, is the same text: a message is not changed by passing through an
//! older or newer version. A name that is read as a key is the name that this key has.

#![no_main]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cepatedge::domain::{Entry, Event, MaintenanceRequest, NewEntry, Refusal, Summary, sync};
use cepatedge::objects::account::api::{Account, Listing};
use cepatedge::objects::cache::api::{Cache, Cached};
use cepatedge::objects::database::api::{Database, Health, User, UserPage};
use cepatedge::objects::log_stream::api::{LogStream, StreamStats};
use cepatedge::objects::outbox::Debt;
use cepatedge::objects::page::Page;
use cepatedge::objects::protocol::{Contract, Envelope, Key, Reply, Upgrade, read_upgrade};
use cepatedge::objects::request::api::{Inspection, Request, Versioned};
use cepatedge::objects::request_index::api::{IndexStats, RequestIndex};
use cepatedge::objects::session::api::{Held, Session};
use cepatedge_fuzz::{Input, begin};
use libfuzzer_sys::fuzz_target;
use serde::Serialize;
use serde::de::DeserializeOwned;

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
    let name = match serde_json::from_str::<Envelope<C::Inbox>>(text) {
        Ok(envelope) => envelope.to,
        Err(_) => text.to_owned(),
    };
    if let Some(key) = C::Key::parse(&name) {
        assert_eq!(key.name(), name, "{}", C::BINDING);
    }
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
    }
}
