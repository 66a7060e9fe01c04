//! Places over HTTP. PostgreSQL has the tree and makes what is shown of it; the index of requests is told of each change before the
//! answer, so that the next list knows it.

#[cfg(feature = "openapi")]
pub(super) mod describe;

use base::cursor::put;
use base::ids::UserId;
use base::refusal::Refusal;
use base::text::{parse_value, required};
use durable::ask;
use uuid::Uuid;

use crate::db::statements::things::{SaveThing, Thing};
use crate::domain::patch::{Patch, TextField, text_in};
use crate::domain::place::{Address, PlaceCode, PlaceId, PlaceKind, PlaceName};
use crate::jobs::places as tree;
use crate::objects::request_index::api::{IndexKey, NamePlaces, NamedPlace, OpenAt};
use crate::router::context::Exchange;
use crate::router::http::body::parse_object;
use crate::router::http::etag;
use crate::router::http::reply::Reply;
use crate::router::things::{self, Body, change_of, page_of, page_reply, reference_in, with_open};
use crate::router::{setup, users};

/// What may be said of a place; `describe.rs` says what each is.
const FIELDS: [&str; 8] = ["name", "kind", "code", "address", "time_zone", "manager_id", "parent_id", "archived"];

const TEXTS: &[TextField] =
    crate::texts![PlaceName One true, PlaceKind One true, PlaceCode One true, Address Many false];

/// `GET /api/locations`.
///
/// # Errors
/// `Invalid`, `InvalidCursor`; `Unavailable` while PostgreSQL is away.
pub async fn list(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let parameters = exchange.incoming.query(&["q", "parent", "archived", "counts", "limit", "cursor"])?;
    let parent = match parameters.get("parent") {
        Some("none") => Some("none".to_owned()),
        Some(text) => Some(parse_value::<PlaceId>("parent", text)?.to_string()),
        None => None,
    };
    let archived = parameters.flag("archived")?.unwrap_or(false);
    let counts = parameters.flag("counts")?.unwrap_or(false);
    let mut scope = format!("places;archived={archived}");
    put(&mut scope, "q", parameters.get("q"));
    put(&mut scope, "parent", parent.as_ref());
    let mut wanted = page_of(exchange, Thing::Place, &scope, &parameters)?;
    (wanted.parent, wanted.archived) = (parent, archived);
    let page = things::page(exchange, wanted).await?;
    let open = if counts { open_at(exchange, &page.ids).await? } else { Vec::new() };
    Ok(page_reply(exchange, &scope, page, &open))
}

/// `GET /api/locations/:id`.
///
/// # Errors
/// `NotFound`; `Unavailable` while PostgreSQL is away.
pub async fn read(exchange: &Exchange<'_>, id: PlaceId) -> Result<Reply, Refusal> {
    exchange.incoming.query(&[])?;
    let ids = [id.0];
    let (found, open) = futures::join!(things::find(exchange, Thing::Place, id.0), open_at(exchange, &ids));
    let found = found?.ok_or(Refusal::NotFound)?;
    let record = with_open(found.record.get(), Some(open?.first().copied().unwrap_or_default()));
    let tag = etag::of(found.version, &record);
    Ok(Reply::json_text(200, record).with("etag", tag))
}

/// `POST /api/locations`.
///
/// # Errors
/// `Invalid`; `IdempotencyKeyReused`; `Unavailable` while PostgreSQL is away.
pub async fn make(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    save(exchange, None).await
}

/// `PATCH /api/locations/:id`.
///
/// # Errors
/// `Invalid`; `NotFound`; `Stale`; `Unavailable` while PostgreSQL is away.
pub async fn change(exchange: &Exchange<'_>, id: PlaceId) -> Result<Reply, Refusal> {
    save(exchange, Some(id.0)).await
}

/// `DELETE /api/locations/:id`.
///
/// # Errors
/// Those of [`things::remove`].
pub async fn remove(exchange: &Exchange<'_>, id: PlaceId) -> Result<Reply, Refusal> {
    things::remove(exchange, Thing::Place, id.0).await
}

async fn save(exchange: &Exchange<'_>, id: Option<Uuid>) -> Result<Reply, Refusal> {
    let body = parse_object(exchange.incoming.body().await?, &FIELDS)?;
    let mut patch = Patch::of(&body, TEXTS)?;
    if id.is_none() && !patch.body.contains_key(PlaceName::FIELD) {
        return Err(required(PlaceName::FIELD));
    }
    if let Some(text) = text_in(&body, "time_zone")?.map(str::trim) {
        if !text.is_empty() {
            setup::known_zone(text)?;
        }
        patch.set("time_zone", Some(text));
    }
    if let Some(text) = text_in(&body, "manager_id")?.map(str::trim) {
        if !text.is_empty() {
            let manager: UserId = parse_value("manager_id", text)?;
            let unknown = || Refusal::invalid("manager_id", "unknown_user", "There is no active user with this id.");
            users::find(exchange, manager).await?.ok_or_else(unknown)?;
        }
        patch.set("manager_id", Some(text));
    }
    let archived = flag_in(&body, "archived")?;
    let save = SaveThing {
        patch,
        parent: reference_in(&body, "parent_id")?,
        archived,
        ..change_of(exchange, Thing::Place, id)?
    };
    things::save(exchange, save).await
}

fn flag_in(body: &Body, name: &str) -> Result<Option<bool>, Refusal> {
    let wrong = || Refusal::invalid(name, "wrong_type", "This field is true or false.");
    body.get(name).filter(|value| !value.is_null()).map(|value| value.as_bool().ok_or_else(wrong)).transpose()
}

/// `POST /api/locations/:id/merge`.
///
/// # Errors
/// `Invalid`; `NotFound`; `Stale`; `Unavailable` while PostgreSQL is away.
pub async fn merge(exchange: &Exchange<'_>, id: PlaceId) -> Result<Reply, Refusal> {
    let body = parse_object(exchange.incoming.body().await?, &["into"])?;
    let into = reference_in(&body, "into")?.flatten().ok_or_else(|| required("into"))?;
    let save = SaveThing { into: Some(into), ..change_of(exchange, Thing::Place, Some(id.0))? };
    things::save(exchange, save).await
}

/// The place that a body names, as it is called now.
///
/// # Errors
/// `Invalid` for one that is not there, or is not to be named any more.
pub async fn nameable(exchange: &Exchange<'_>, id: PlaceId) -> Result<NamedPlace, Refusal> {
    if let Some(found) = exchange.prefetched.place(id) {
        return found;
    }
    let index = IndexKey { org: exchange.org().clone() };
    let named = || ask(exchange.env, &index, NamePlaces { ids: vec![id] }, &exchange.cx);
    let mut found = named().await?.pop();
    if found.is_none() {
        // It may be newer than what the index has heard of.
        tree::settle(exchange.env, &exchange.cx).await?;
        found = named().await?.pop();
    }
    let invalid = |code: &str, detail: &str| Refusal::invalid("location_id", code, detail);
    match found {
        Some(place) if place.archived => Err(invalid("archived", "This place is not to be named any more.")),
        Some(place) => Ok(place),
        None => Err(invalid("unknown_place", "There is no place with this id.")),
    }
}

async fn open_at(exchange: &Exchange<'_>, places: &[Uuid]) -> Result<Vec<i64>, Refusal> {
    let places = places.iter().map(|id| PlaceId(*id)).collect();
    ask(exchange.env, &IndexKey { org: exchange.org().clone() }, OpenAt { places }, &exchange.cx).await
}
