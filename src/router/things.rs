//! What the routes of places and assets have in common: how a body is read, a thing looked up, paged and changed, and what follows from
//! a change.

use std::fmt::Display;
use std::str::FromStr;

use base::hex;
use base::ids::IdempotencyKey;
use base::page::{Limit, PageSize};
use base::refusal::Refusal;
use base::text::parse_value;
use durable::page::Page;
use durable::text::Text;
use durable::{ask, clock};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::db::statements::things::{FindThing, Found, PageThings, RemoveThing, SaveThing, Thing, ThingPage};
use crate::domain::ListFilter;
use crate::domain::asset::AssetId;
use crate::domain::log::NewEntry;
use crate::domain::patch::{Patch, text_in};
use crate::domain::place::PlaceId;
use crate::domain::text::{SearchText, fold};
use crate::domain::user::Actor;
use crate::jobs::places as tree;
use crate::objects::database::api::query;
use crate::objects::log_stream::api::tell_audit;
use crate::objects::request_index::api::{IndexKey, List};
use crate::router::context::Exchange;
use crate::router::http::address::Query;
use crate::router::http::etag;
use crate::router::http::paging::{self, Wanted};
use crate::router::http::reply::Reply;

/// So many words of a search count.
const MOST_WORDS: usize = 8;

/// The fields of a body.
pub type Body = Map<String, Value>;

/// A page of all things of a kind, to be narrowed.
///
/// # Errors
/// `Invalid`, `InvalidCursor`.
pub fn page_of(
    exchange: &Exchange<'_>,
    thing: Thing,
    scope: &str,
    parameters: &Query<'_>,
) -> Result<PageThings, Refusal> {
    let wanted = Wanted::read(exchange, scope, parameters)?;
    let words = parameters.get("q").map(SearchText::parse).transpose()?.map(|q| words(&q));
    Ok(PageThings {
        thing,
        words,
        parent: None,
        location: None,
        category: None,
        status: Vec::new(),
        archived: false,
        after: wanted.from,
        limit: wanted.limit,
    })
}

/// The page that PostgreSQL has.
///
/// # Errors
/// `Unavailable` while PostgreSQL is away.
pub async fn page(exchange: &Exchange<'_>, page: PageThings) -> Result<ThingPage, Refusal> {
    query(exchange.env, page, &exchange.cx).await
}

/// A page as the API answers it, each item with `open` requests, if those were counted.
pub fn page_reply(exchange: &Exchange<'_>, scope: &str, page: ThingPage, open: &[i64]) -> Reply {
    let mut items = String::from("[");
    for (at, item) in page.items.iter().enumerate() {
        if at > 0 {
            items.push(',');
        }
        items.push_str(&with_open(item.get(), open.get(at).copied()));
    }
    items.push(']');
    paging::reply(exchange, scope, Page { items: Text::Written(items), next: page.next, total: None })
}

/// The JSON of a place with the number of open requests at it or below.
pub fn with_open(item: &str, open: Option<i64>) -> String {
    match (open, item.trim_end().strip_suffix('}')) {
        (Some(open), Some(item)) => format!("{item}, \"open_requests\": {open}}}"),
        _ => item.to_owned(),
    }
}

fn words(q: &SearchText) -> Vec<String> {
    fold(q.as_str()).split(' ').filter(|word| !word.is_empty()).take(MOST_WORDS).map(str::to_owned).collect()
}

/// A thing, if there is one.
///
/// # Errors
/// `Unavailable` while PostgreSQL is away.
pub async fn find(exchange: &Exchange<'_>, thing: Thing, id: Uuid) -> Result<Option<Found>, Refusal> {
    query(exchange.env, FindThing { thing, id }, &exchange.cx).await
}

/// A change that changes nothing yet: of the thing with this id, or of a new one.
///
/// # Errors
/// `Invalid` for what is no tag or no idempotency key; `Internal` when the platform has no random bytes.
pub fn change_of(exchange: &Exchange<'_>, thing: Thing, id: Option<Uuid>) -> Result<SaveThing, Refusal> {
    let (is_new, id) = match id {
        Some(id) => (false, id),
        None => (true, new_id(exchange, thing.noun())?),
    };
    let version = if is_new { None } else { if_match(exchange)? };
    let entry = entry(exchange, thing, id, if is_new { "made" } else { "changed" })?;
    Ok(SaveThing {
        thing,
        id,
        is_new,
        version,
        parent: None,
        location: None,
        into: None,
        patch: Patch::default(),
        archived: None,
        status: None,
        noted: Value::Null,
        entry,
    })
}

/// The version that the caller has read, if they say so.
fn if_match(exchange: &Exchange<'_>) -> Result<Option<i64>, Refusal> {
    exchange.incoming.header("if-match").map_or(Ok(None), |text| etag::version_in(&text))
}

/// What the audit is told.
fn entry(exchange: &Exchange<'_>, thing: Thing, id: Uuid, action: &str) -> Result<NewEntry, Refusal> {
    let (actor, id) = (Actor::from(exchange.caller()?), id.to_string());
    Ok(NewEntry::audit(exchange.access.trace(), clock::now(), actor, action, (thing.noun(), &id)))
}

/// Makes the change, and what follows from it; what does not come so far now, the jobs bring.
///
/// # Errors
/// `Invalid`; `NotFound`; `Stale`; `Unavailable` while PostgreSQL is away.
pub async fn save(exchange: &Exchange<'_>, mut save: SaveThing) -> Result<Reply, Refusal> {
    let changes = !save.patch.body.is_empty() || save.parent.is_some() || save.location.is_some();
    if !(save.is_new || changes || save.archived.is_some() || save.status.is_some() || save.into.is_some()) {
        return Err(Refusal::invalid("body", "no_change", "This changes nothing."));
    }
    save.entry = save
        .entry
        .with("fields", Value::Object(save.patch.body.clone()))
        .with("parent", json!(save.parent))
        .with("location", json!(save.location))
        .with("archived", json!(save.archived))
        .with("status", json!(save.status))
        .with("into", json!(save.into));
    let (thing, id, is_new, entry) = (save.thing, save.id, save.is_new, save.entry.clone());
    let saved = query(exchange.env, save, &exchange.cx).await?;
    if saved.written {
        let _carried_later = tell_audit(exchange.env, vec![entry], &exchange.cx).await;
        if thing == Thing::Place {
            let _carried_later = tree::settle(exchange.env, &exchange.cx).await;
        }
    }
    let reply = record(if is_new { 201 } else { 200 }, &saved);
    let path = if thing == Thing::Place { "locations" } else { "assets" };
    Ok(if is_new { reply.with("location", format!("/api/{path}/{id}")) } else { reply })
}

/// Deletes a thing that no request names, whatever the caller sees of them, and nothing else.
///
/// # Errors
/// `NotFound`; `Stale`; `Conflict` with `in_use`; `Unavailable` while PostgreSQL, or the index, is away.
pub async fn remove(exchange: &Exchange<'_>, thing: Thing, id: Uuid) -> Result<Reply, Refusal> {
    exchange.incoming.query(&[])?;
    let (env, cx) = (exchange.env, &exchange.cx);
    let filter = match thing {
        Thing::Place => ListFilter { location: Some(PlaceId(id)), ..ListFilter::default() },
        Thing::Asset => ListFilter { asset: Some(AssetId(id)), ..ListFilter::default() },
    };
    let limit = Limit::parse_within(Some("1"), PageSize::WHOLE)?;
    let index = IndexKey { org: exchange.org().clone() };
    let named = ask(env, &index, List { filter, only: None, after: None, limit, total: false }, cx).await?;
    // PostgreSQL may not have heard of these.
    if named.items.read() != "[]" {
        return Err(Refusal::conflict("in_use", "A request names it: it cannot be deleted any more."));
    }
    let entry = entry(exchange, thing, id, "deleted")?;
    query(env, RemoveThing { thing, id, version: if_match(exchange)?, entry: entry.clone() }, cx).await?;
    let _carried_later = tell_audit(env, vec![entry], cx).await;
    if thing == Thing::Place {
        let _carried_later = tree::settle(env, cx).await;
    }
    Ok(Reply::empty(204))
}

/// A thing as the API answers it.
pub fn record(status: u16, found: &Found) -> Reply {
    let record = found.record.get();
    Reply::json_text(status, record).with("etag", etag::of(found.version, record))
}

/// A thing that a body names: none is not told, an empty text is none.
///
/// # Errors
/// `Invalid`, naming the field.
pub fn reference<Id: FromStr>(field: &str, text: Option<&str>) -> Result<Option<Option<Id>>, Refusal>
where
    Id::Err: Display,
{
    match text.map(str::trim) {
        None => Ok(None),
        Some("") => Ok(Some(None)),
        Some(text) => parse_value(field, text).map(|id| Some(Some(id))),
    }
}

/// As [`reference`], of a body's field.
///
/// # Errors
/// As [`reference`].
pub fn reference_in(body: &Body, field: &str) -> Result<Option<Option<Uuid>>, Refusal> {
    reference(field, text_in(body, field)?)
}

/// The id of a thing that is made: with an idempotency key always the same one, so that it is made once.
///
/// # Errors
/// `Invalid` for what is no idempotency key; `Internal` when the platform has no random bytes.
pub fn new_id(exchange: &Exchange<'_>, noun: &str) -> Result<Uuid, Refusal> {
    let user = exchange.caller()?.user.id;
    let seal = &exchange.config.id_seal;
    let id = match exchange.incoming.header("idempotency-key") {
        Some(text) => {
            let key: IdempotencyKey = parse_value("Idempotency-Key", &text)?;
            // A request that is made with the same key has another id.
            let own = hex(&Sha256::digest(format!("{noun}/{key}")));
            seal.derive(exchange.org(), user, &parse_value("Idempotency-Key", &own)?)
        }
        None => seal.mint(exchange.org(), clock::random()?),
    };
    Ok(id.0)
}
