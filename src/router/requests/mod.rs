//! Maintenance requests over HTTP: parse, hand to the RequestObject or the index, answer.

pub mod about;
pub mod bodies;
pub mod export;
pub mod files;
pub mod filters;
pub mod links;
pub mod mentions;

use base::hex;
use base::ids::{IdempotencyKey, UserId};
use base::refusal::Refusal;
use base::text::parse_value;
use durable::{ask, watch as open_socket};
use sha2::{Digest, Sha256};

use crate::domain::request::RequestId;
use crate::domain::request::{Action, Command, EditBody, EditInput, NewRequest, NewRequestBody, category, policy};
use crate::domain::user::{Caller, Person};
use crate::objects::context::{CallContext, Idempotency};
use crate::objects::request::api::{Act, Create, Read, Request, RequestKey, Timeline, Versioned, Watch};
use crate::objects::request_index::api::{IndexKey, List, RequestIndex, Watch as WatchList};
use crate::router::context::Exchange;
use crate::router::http::body::parse_json;
use crate::router::http::etag;
use crate::router::http::paging::{self, Wanted};
use crate::router::http::reply::Reply;
use crate::router::in_force;
use crate::router::requests::about::about;
use crate::router::requests::bodies::{ActionBody, CommentBodyInput};
use crate::router::requests::filters::{OF_REQUESTS, list_filter};
use crate::router::users;

/// `POST /api/requests`.
///
/// # Errors
/// `Invalid`, `Forbidden`, `IdempotencyKeyReused`, `Unavailable`.
pub async fn create(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let bytes = exchange.incoming.body().await?;
    let body: NewRequestBody = parse_json(bytes)?;
    #[cfg(feature = "fault-injection")]
    crate::router::faults::on_report(&body.title);
    let caller = exchange.caller()?;
    let requester = match body.requester_id.as_deref() {
        Some(text) => on_behalf_of(exchange, caller, text).await?,
        None => None,
    };
    let draft = body.draft(requester)?;
    let key = client_key(exchange)?;
    let id = match &key {
        Some(key) => exchange.config.id_seal.derive(exchange.org(), caller.user.id, key),
        // Without a key nothing can be repeated, and the id is random.
        None => exchange.config.id_seal.mint(exchange.org(), durable::clock::random()?),
    };
    let draft = match about(exchange, body.location_id.as_deref(), body.asset_id.as_deref()).await {
        Ok(named) => NewRequest { location: named.location.flatten(), asset: named.asset.flatten(), ..draft },
        // What was made under this key is answered as it was, whatever has become of the place since.
        Err(_) if key.is_some() && exists(exchange, id).await => draft,
        Err(refusal) => return Err(refusal),
    };
    let cx = with_idempotency(&exchange.cx, "create", key, bytes)?;
    let outcome = ask(exchange.env, &key_of(exchange, id)?, Create { draft }, &cx).await;
    exchange.access.note_outcome("create", id, &outcome);
    Ok(versioned(201, outcome?).with("location", format!("/api/requests/{id}")))
}

/// Whether the caller's request with this id has been made.
async fn exists(exchange: &Exchange<'_>, id: RequestId) -> bool {
    match key_of(exchange, id) {
        Ok(key) => ask(exchange.env, &key, Read {}, &exchange.cx).await.is_ok(),
        Err(_) => false,
    }
}

/// Somebody else for whom the caller reports.
async fn on_behalf_of(exchange: &Exchange<'_>, caller: &Caller, text: &str) -> Result<Option<Person>, Refusal> {
    let id: UserId = parse_value("requester_id", text)?;
    if !policy::may_create_for(caller, id) {
        return Err(Refusal::FORBIDDEN);
    }
    if id == caller.user.id {
        return Ok(None);
    }
    let unknown = || Refusal::invalid("requester_id", "unknown_user", "There is no active user with this id.");
    let user = users::find(exchange, id).await?.ok_or_else(unknown)?;
    Ok(Some(Person { id: user.id, name: user.name }))
}

/// `GET /api/requests/:id`.
///
/// # Errors
/// `NotFound` when it does not exist or is not the caller's to see.
pub async fn read(exchange: &Exchange<'_>, id: RequestId) -> Result<Reply, Refusal> {
    let versioned = ask(exchange.env, &key_of(exchange, id)?, Read {}, &exchange.cx).await?;
    let record = String::from(Box::<str>::from(versioned.record));
    let tag = etag::of(versioned.version, &record);
    if exchange.incoming.header("if-none-match").is_some_and(|named| etag::is_among(&tag, &named)) {
        return Ok(Reply::empty(304).with("etag", tag));
    }
    Ok(Reply::json_text(200, record).with("etag", tag))
}

/// `PATCH /api/requests/:id`.
///
/// # Errors
/// `Invalid`, `NotFound`, `Forbidden`, `InvalidTransition`, `Stale`.
pub async fn edit(exchange: &Exchange<'_>, id: RequestId) -> Result<Reply, Refusal> {
    let bytes = exchange.incoming.body().await?;
    let body: EditBody = parse_json(bytes)?;
    let input = body.input()?;
    let named = about(exchange, body.location_id.as_deref(), body.asset_id.as_deref()).await?;
    let input = EditInput { location: named.location, asset: named.asset, ..input };
    let act = Act { command: Command::Edit(input), if_match: None, after_pictures: Vec::new() };
    carry_out(exchange, id, act, "edit", bytes).await
}

/// `POST /api/requests/:id/{action}`.
///
/// # Errors
/// `Invalid`, `NotFound`, `Forbidden`, `InvalidTransition`, `Stale`, `IdempotencyKeyReused`, `Unavailable`.
pub async fn act(exchange: &Exchange<'_>, id: RequestId, action: Action) -> Result<Reply, Refusal> {
    let bytes = exchange.incoming.body().await?;
    let body: ActionBody = if bytes.is_empty() { ActionBody::default() } else { parse_json(bytes)? };
    let assignee = match body.assignee_id.as_deref() {
        Some(text) => Some(assignee(exchange, text).await?),
        None => None,
    };
    let command = body.command(action, assignee)?;
    let after_pictures = match action {
        Action::Complete => category::with_after_picture(&in_force::known().categories),
        _ => Vec::new(),
    };
    carry_out(exchange, id, Act { command, if_match: None, after_pictures }, action.as_str(), bytes).await
}

/// Who the work goes to. A claim needs no look-up: the caller is known.
async fn assignee(exchange: &Exchange<'_>, text: &str) -> Result<Person, Refusal> {
    let caller = exchange.caller()?;
    let id: UserId = parse_value("assignee_id", text)?;
    if id == caller.user.id && policy::does_maintenance(caller.role) {
        return Ok(caller.user.clone());
    }
    users::assignable(exchange, id).await
}

async fn carry_out(
    exchange: &Exchange<'_>,
    id: RequestId,
    act: Act,
    deed: &str,
    body: &[u8],
) -> Result<Reply, Refusal> {
    let act = Act { if_match: if_match(exchange)?, ..act };
    let cx = with_idempotency(&exchange.cx, deed, client_key(exchange)?, body)?;
    let outcome = ask(exchange.env, &key_of(exchange, id)?, act, &cx).await;
    exchange.access.note_outcome(deed, id, &outcome);
    Ok(versioned(200, outcome?))
}

/// `POST /api/requests/:id/comments`.
///
/// # Errors
/// `Invalid`, `NotFound`, `Forbidden`, `IdempotencyKeyReused`.
pub async fn comment(exchange: &Exchange<'_>, id: RequestId) -> Result<Reply, Refusal> {
    let bytes = exchange.incoming.body().await?;
    let body: CommentBodyInput = parse_json(bytes)?;
    let comment = body.comment()?;
    let cx = with_idempotency(&exchange.cx, "comment", client_key(exchange)?, bytes)?;
    let outcome = ask(exchange.env, &key_of(exchange, id)?, comment, &cx).await;
    exchange.access.note_outcome("comment", id, &outcome);
    Ok(Reply::json_text(201, outcome?.get()))
}

/// `GET /api/requests/:id/events`.
///
/// # Errors
/// `Invalid`, `InvalidCursor`, `NotFound`.
pub async fn events(exchange: &Exchange<'_>, id: RequestId) -> Result<Reply, Refusal> {
    let query = exchange.incoming.query(&["after", "limit", "cursor"])?;
    let caller = exchange.caller()?;
    let scope = format!("events/{id};viewer={},{}", caller.user.id, caller.role);
    let wanted = Wanted::read(exchange, &scope, &query)?;
    let after = match &wanted.from {
        Some(position) => position.seq()?,
        None => query.seq("after")?.unwrap_or(0),
    };
    let page = ask(exchange.env, &key_of(exchange, id)?, Timeline { after, limit: wanted.limit }, &exchange.cx).await?;
    Ok(paging::reply(exchange, &scope, page))
}

/// `GET /api/requests/:id/live`.
///
/// # Errors
/// `NotFound`; `Invalid` without an upgrade.
pub async fn watch(exchange: &Exchange<'_>, id: RequestId) -> Result<Reply, Refusal> {
    exchange.incoming.require_upgrade()?;
    let query = exchange.incoming.query(&["after"])?;
    let after = query.seq("after")?;
    let key = key_of(exchange, id)?;
    open_socket::<Request>(exchange.env, &key, Watch { after }, &exchange.cx).await.map(Reply::socket)
}

/// `GET /api/requests`.
///
/// # Errors
/// `Invalid`, `InvalidCursor`.
pub async fn list(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let caller = exchange.caller()?;
    let query = exchange.incoming.query(OF_REQUESTS)?;
    let filter = list_filter(&query, caller)?;
    let scope = filter.scope(caller);
    let wanted = Wanted::read(exchange, &scope, &query)?;
    let total = query.flag("total")?.unwrap_or(false);
    let list = List { filter, only: policy::sees_only(caller), after: wanted.from, limit: wanted.limit, total };
    let page = ask(exchange.env, &index_of(exchange), list, &exchange.cx).await?;
    Ok(paging::reply(exchange, &scope, page))
}

/// `GET /api/requests/live`.
///
/// # Errors
/// `Invalid` without an upgrade.
pub async fn watch_list(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    exchange.incoming.require_upgrade()?;
    exchange.incoming.query(&[])?;
    let watch = WatchList { only: policy::sees_only(exchange.caller()?) };
    open_socket::<RequestIndex>(exchange.env, &index_of(exchange), watch, &exchange.cx).await.map(Reply::socket)
}

/// The request that a client names. One that this deployment never made is not there, and its object is not called.
///
/// # Errors
/// `NotFound` for an id that is not genuine.
pub fn key_of(exchange: &Exchange<'_>, id: RequestId) -> Result<RequestKey, Refusal> {
    let org = exchange.org();
    if exchange.config.id_seal.is_genuine(org, id) {
        Ok(RequestKey { org: org.clone(), id })
    } else {
        Err(Refusal::NotFound)
    }
}

fn index_of(exchange: &Exchange<'_>) -> IndexKey {
    IndexKey { org: exchange.org().clone() }
}

fn versioned(status: u16, versioned: Versioned) -> Reply {
    let record = String::from(Box::<str>::from(versioned.record));
    let tag = etag::of(versioned.version, &record);
    Reply::json_text(status, record).with("etag", tag)
}

/// The version that the caller has seen, if it says so.
fn if_match(exchange: &Exchange<'_>) -> Result<Option<i64>, Refusal> {
    exchange.incoming.header("if-match").map_or(Ok(None), |text| etag::version_in(&text))
}

fn client_key(exchange: &Exchange<'_>) -> Result<Option<IdempotencyKey>, Refusal> {
    let Some(text) = exchange.incoming.header("idempotency-key") else { return Ok(None) };
    parse_value("Idempotency-Key", &text).map(Some)
}

/// The context with the key, scoped to the caller and the deed: nobody meets another's reply.
fn with_idempotency(
    cx: &CallContext,
    deed: &str,
    key: Option<IdempotencyKey>,
    body: &[u8],
) -> Result<CallContext, Refusal> {
    let user = cx.require_caller()?.user.id;
    let idempotency =
        key.map(|key| Idempotency { key: format!("{user}/{deed}/{key}"), body_hash: hex(&Sha256::digest(body)) });
    Ok(CallContext { idempotency, ..cx.clone() })
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(super) mod describe {
    use base::ids::UserId;
    use serde_json::json;

    use super::bodies::{ActionBody, CommentBodyInput};
    use crate::domain::asset::AssetId;
    use crate::domain::place::PlaceId;
    use crate::domain::request::{EditBody, Event, NewRequestBody, Priority, Record, Sort, Status, Summary};
    use crate::openapi::messages::{ListMessage, RequestMessage};
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::{Schemas, any_of, seq, text, time};

    pub fn list(schemas: &mut Schemas) -> Operation {
        let operation = Operation::new("listRequests", "requests", "A list of requests.")
            .detail("A requester finds his own alone. All filters that are given must hold.");
        filtered(operation, schemas)
            .query("total", json!({ "type": "boolean" }), "Whether to count all that match, whatever the page.")
            .paged()
            .replies(200, "One page.", schemas.counted_page::<Summary>("SummaryPage"))
            .with_header("Link", "`rel=\"next\"`, when more follow.")
    }

    /// With the filters of a list, and its order.
    pub fn filtered(operation: Operation, schemas: &mut Schemas) -> Operation {
        let someone = json!({ "anyOf": [schemas.of::<UserId>(), { "const": "me" }] });
        let (status, priority) = (any_of(schemas.of::<Status>()), any_of(schemas.of::<Priority>()));
        operation
            .query("status", status, "Any of these states.")
            .query("priority", priority, "Any of these priorities.")
            .query("hazard", json!({ "type": "boolean" }), "Whether people are in danger.")
            .query("assignee", someone.clone(), "The work is this user's.")
            .query("requester", someone, "The request is this user's.")
            .query("category", text(60), "This category, however it is spelled.")
            .query("location", schemas.of::<PlaceId>(), "At this place, or anywhere below it.")
            .query("asset", schemas.of::<AssetId>(), "About this asset.")
            .query(
                "q",
                text(100),
                "A number (`MR-15`, `mr 15`, `#15`), or words in any order, each in the number, title, category, contact, the names of \
                 requester, assignee, place and asset, the first 2,000 characters of the description, or, from three characters on, in a comment. Case, marks, width and spaces do not matter; \
                 ten words count.",
            )
            .query("files", json!({ "type": "boolean" }), "Whether it has files, internal ones aside.")
            .query("due_before", time(), "Still open, and due before.")
            .query("overdue", json!({ "const": true }), "Still open, and due before now.")
            .query("from", time(), "Reported at or after.")
            .query("to", time(), "Reported before.")
            .query("sort", schemas.of::<Sort>(), "The order; `-created` unless told.")
    }

    pub fn watch_list(schemas: &mut Schemas) -> Operation {
        Operation::new("watchRequests", "live", "The list as it changes.")
            .detail("Sends the summary of each request that is reported or changes and that the viewer may see.")
            .sends(schemas.of::<ListMessage>())
    }

    pub fn create(schemas: &mut Schemas) -> Operation {
        Operation::new("createRequest", "requests", "Report a fault.")
            .body(schemas.of::<NewRequestBody>())
            .idempotent()
            .replies(201, "Reported.", schemas.of::<Record<'_>>())
            .with_header("Location", "Where the request is.")
            .with_header("ETag", "Its version, and a hash of what the caller is shown.")
            .refuses(&[409])
    }

    pub fn read(schemas: &mut Schemas) -> Operation {
        Operation::new("readRequest", "requests", "One request.")
            .conditional()
            .replies(200, "The request, as the caller may see it.", schemas.of::<Record<'_>>())
            .replies_empty(304, "It is as the caller has it.")
            .with_header("ETag", "Its version, and a hash of what the caller is shown.")
    }

    pub fn edit(schemas: &mut Schemas) -> Operation {
        Operation::new("editRequest", "requests", "Correct what was reported.")
            .detail("The requester while it is submitted; managers and admins until it is final.")
            .body(schemas.of::<EditBody>())
            .idempotent()
            .fenced()
            .replies(200, "The request after it.", schemas.of::<Record<'_>>())
            .with_header("ETag", "Its version, and a hash of what the caller is shown.")
            .refuses(&[409])
    }

    pub fn act(schemas: &mut Schemas) -> Operation {
        Operation::new("actOnRequest", "requests", "Take one step of the state machine.")
            .detail("The record's `allowed_actions` are exactly the ones that the caller may take.")
            .optional_body(schemas.of::<ActionBody>())
            .idempotent()
            .fenced()
            .replies(200, "The request after it.", schemas.of::<Record<'_>>())
            .with_header("ETag", "Its version, and a hash of what the caller is shown.")
            .refuses(&[409])
    }

    pub fn events(schemas: &mut Schemas) -> Operation {
        Operation::new("requestEvents", "requests", "The timeline, oldest first.")
            .query("after", seq(), "Only events with a greater seq.")
            .paged()
            .replies(200, "One page.", schemas.page::<Event>("EventPage"))
            .with_header("Link", "`rel=\"next\"`, when more follow.")
    }

    pub fn comment(schemas: &mut Schemas) -> Operation {
        Operation::new("commentOnRequest", "requests", "Say something about a request.")
            .body(schemas.of::<CommentBodyInput>())
            .idempotent()
            .replies(201, "The comment, as its event.", schemas.of::<Event>())
    }

    pub fn watch(schemas: &mut Schemas) -> Operation {
        Operation::new("watchRequest", "live", "The timeline of a request as it happens.")
            .detail("Sends the events behind `after`, then `ready`, then each event that the viewer may see, once.")
            .query("after", seq(), "The last seq that the client has; without it, nothing is replayed.")
            .sends(schemas.of::<RequestMessage<'_>>())
    }
}
