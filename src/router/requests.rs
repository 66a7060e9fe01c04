//! Maintenance requests over HTTP: parse, hand to the RequestObject or the index, answer.

use base::ids::{IdempotencyKey, UserId};
use base::refusal::Refusal;
use durable::{ask, watch as open_socket};
use sha2::{Digest, Sha256};

use crate::domain::person::{Caller, Person};
use crate::domain::request::RequestId;
use crate::domain::request::{Action, Command};
use crate::domain::role::Role;
use crate::domain::validation::parse_value;
use crate::objects::context::{CallContext, Idempotency};
use crate::objects::request::api::{Act, Create, Read, Request, RequestKey, Timeline, Versioned, Watch};
use crate::objects::request_index::api::{IndexKey, List, RequestIndex, Watch as WatchList};
use crate::router::Visitor;
use crate::router::bodies::{ActionBody, CommentBodyInput, EditBody, NewRequestBody};
use crate::router::filters::{OF_REQUESTS, list_filter};
use crate::router::incoming::parse_json;
use crate::router::journal::Visit;
use crate::router::paging::{self, Wanted};
use crate::router::people;
use crate::router::reply::Reply;

/// The largest seq that crosses JavaScript unharmed: 2^53 - 1.
const LARGEST_SEQ: i64 = 9_007_199_254_740_991;

/// `POST /api/requests`.
///
/// # Errors
/// `Invalid`, `Forbidden`, `IdempotencyKeyReused`, `Unavailable`.
pub async fn create(visitor: &Visitor<'_>, visit: &mut Visit) -> Result<Reply, Refusal> {
    let bytes = visitor.incoming.body().await?;
    let body: NewRequestBody = parse_json(bytes)?;
    #[cfg(feature = "fault-injection")]
    super::faults::on_report(&body.title);
    let caller = visitor.cx.require_caller()?;
    let requester = match body.requester_id.as_deref() {
        Some(text) => on_behalf_of(visitor, caller, text).await?,
        None => None,
    };
    let draft = body.draft(requester)?;
    let key = client_key(visitor)?;
    let id = match &key {
        Some(key) => visitor.config.id_seal.derive(&visitor.config.org, caller.user.id, key),
        // Without a key nothing can be repeated, and the id is random.
        None => visitor.config.id_seal.mint(&visitor.config.org, random()?),
    };
    let cx = with_idempotency(&visitor.cx, "create", key, bytes)?;
    let outcome = ask(visitor.env, &key_of(visitor, id)?, Create { draft }, &cx).await;
    visit.note_outcome("create", id, &outcome);
    Ok(versioned(201, outcome?).with("location", format!("/api/requests/{id}")))
}

async fn on_behalf_of(visitor: &Visitor<'_>, caller: &Caller, text: &str) -> Result<Option<Person>, Refusal> {
    let id: UserId = parse_value("requester_id", text)?;
    if id == caller.user.id {
        return Ok(None);
    }
    if !caller.role.manages() {
        return Err(Refusal::Forbidden { action: None });
    }
    let user = people::find(visitor, id).await?;
    let user =
        user.ok_or_else(|| Refusal::invalid("requester_id", "unknown_user", "There is no active user with this id."))?;
    Ok(Some(Person { id: user.id, name: user.name }))
}

/// `GET /api/requests/:id`.
///
/// # Errors
/// `NotFound` when it does not exist or is not the caller's to see.
pub async fn read(visitor: &Visitor<'_>, id: RequestId) -> Result<Reply, Refusal> {
    Ok(versioned(200, ask(visitor.env, &key_of(visitor, id)?, Read {}, &visitor.cx).await?))
}

/// `PATCH /api/requests/:id`.
///
/// # Errors
/// `Invalid`, `NotFound`, `Forbidden`, `InvalidTransition`, `Stale`.
pub async fn edit(visitor: &Visitor<'_>, id: RequestId, visit: &mut Visit) -> Result<Reply, Refusal> {
    let bytes = visitor.incoming.body().await?;
    let body: EditBody = parse_json(bytes)?;
    carry_out(visitor, id, Command::Edit(body.input()?), "edit", bytes, visit).await
}

/// `POST /api/requests/:id/{action}`.
///
/// # Errors
/// `Invalid`, `NotFound`, `Forbidden`, `InvalidTransition`, `Stale`, `IdempotencyKeyReused`, `Unavailable`.
pub async fn act(visitor: &Visitor<'_>, id: RequestId, action: Action, visit: &mut Visit) -> Result<Reply, Refusal> {
    let bytes = visitor.incoming.body().await?;
    let body: ActionBody = if bytes.is_empty() { ActionBody::default() } else { parse_json(bytes)? };
    let assignee = match body.assignee_id.as_deref() {
        Some(text) => Some(assignee(visitor, text).await?),
        None => None,
    };
    let command = body.command(action, assignee)?;
    carry_out(visitor, id, command, action.as_str(), bytes, visit).await
}

/// Who the work goes to. A claim needs no look-up: the caller is known.
async fn assignee(visitor: &Visitor<'_>, text: &str) -> Result<Person, Refusal> {
    let caller = visitor.cx.require_caller()?;
    let id: UserId = parse_value("assignee_id", text)?;
    if id == caller.user.id && caller.role != Role::Requester {
        return Ok(caller.user.clone());
    }
    people::assignable(visitor, id).await
}

async fn carry_out(
    visitor: &Visitor<'_>,
    id: RequestId,
    command: Command,
    deed: &str,
    body: &[u8],
    visit: &mut Visit,
) -> Result<Reply, Refusal> {
    let if_match = if_match(visitor)?;
    let cx = with_idempotency(&visitor.cx, deed, client_key(visitor)?, body)?;
    let outcome = ask(visitor.env, &key_of(visitor, id)?, Act { command, if_match }, &cx).await;
    visit.note_outcome(deed, id, &outcome);
    Ok(versioned(200, outcome?))
}

/// `POST /api/requests/:id/comments`.
///
/// # Errors
/// `Invalid`, `NotFound`, `Forbidden`, `IdempotencyKeyReused`.
pub async fn comment(visitor: &Visitor<'_>, id: RequestId, visit: &mut Visit) -> Result<Reply, Refusal> {
    let bytes = visitor.incoming.body().await?;
    let body: CommentBodyInput = parse_json(bytes)?;
    let comment = body.comment()?;
    let cx = with_idempotency(&visitor.cx, "comment", client_key(visitor)?, bytes)?;
    let outcome = ask(visitor.env, &key_of(visitor, id)?, comment, &cx).await;
    visit.note_outcome("comment", id, &outcome);
    Ok(Reply::json_text(201, outcome?.get()))
}

/// `GET /api/requests/:id/events`.
///
/// # Errors
/// `Invalid`, `InvalidCursor`, `NotFound`.
pub async fn events(visitor: &Visitor<'_>, id: RequestId) -> Result<Reply, Refusal> {
    let query = visitor.incoming.query(&["after", "limit", "cursor"])?;
    let caller = visitor.cx.require_caller()?;
    let scope = format!("events/{id};viewer={},{}", caller.user.id, caller.role);
    let wanted = Wanted::read(visitor, &scope, query.get("limit"), query.get("cursor"))?;
    let after = match &wanted.from {
        Some(position) => position.seq()?,
        None => whole_number("after", query.get("after"))?.unwrap_or(0),
    };
    let page = ask(visitor.env, &key_of(visitor, id)?, Timeline { after, limit: wanted.limit }, &visitor.cx).await?;
    Ok(paging::reply(visitor, &scope, page))
}

/// `GET /api/requests/:id/live`.
///
/// # Errors
/// `NotFound`; `Invalid` without an upgrade.
pub async fn watch(visitor: &Visitor<'_>, id: RequestId) -> Result<Reply, Refusal> {
    visitor.incoming.require_upgrade()?;
    let query = visitor.incoming.query(&["after"])?;
    let after = whole_number("after", query.get("after"))?;
    let key = key_of(visitor, id)?;
    open_socket::<Request>(visitor.env, &key, Watch { after }, &visitor.cx).await.map(Reply::socket)
}

/// `GET /api/requests`.
///
/// # Errors
/// `Invalid`, `InvalidCursor`.
pub async fn list(visitor: &Visitor<'_>) -> Result<Reply, Refusal> {
    let caller = visitor.cx.require_caller()?;
    let query = visitor.incoming.query(&OF_REQUESTS)?;
    let filter = list_filter(&query, caller)?;
    let scope = filter.scope(caller);
    let wanted = Wanted::read(visitor, &scope, query.get("limit"), query.get("cursor"))?;
    let list = List { filter, only: only(caller), after: wanted.from, limit: wanted.limit };
    let page = ask(visitor.env, &index_of(visitor), list, &visitor.cx).await?;
    Ok(paging::reply(visitor, &scope, page))
}

/// `GET /api/requests/live`.
///
/// # Errors
/// `Invalid` without an upgrade.
pub async fn watch_list(visitor: &Visitor<'_>) -> Result<Reply, Refusal> {
    visitor.incoming.require_upgrade()?;
    let watch = WatchList { only: only(visitor.cx.require_caller()?) };
    open_socket::<RequestIndex>(visitor.env, &index_of(visitor), watch, &visitor.cx).await.map(Reply::socket)
}

/// A requester's lists hold his own requests alone.
fn only(caller: &Caller) -> Option<UserId> {
    (caller.role == Role::Requester).then_some(caller.user.id)
}

/// The request that a client names. One that this deployment never made is not there, and its object is not called.
///
/// # Errors
/// `NotFound` for an id that is not genuine.
pub fn key_of(visitor: &Visitor<'_>, id: RequestId) -> Result<RequestKey, Refusal> {
    let org = &visitor.config.org;
    if visitor.config.id_seal.is_genuine(org, id) {
        Ok(RequestKey { org: org.clone(), id })
    } else {
        Err(Refusal::NotFound)
    }
}

fn random() -> Result<[u8; 10], Refusal> {
    let mut bytes = [0; 10];
    getrandom::getrandom(&mut bytes).map_err(|_| Refusal::Internal)?;
    Ok(bytes)
}

fn index_of(visitor: &Visitor<'_>) -> IndexKey {
    IndexKey { org: visitor.config.org.clone() }
}

fn versioned(status: u16, versioned: Versioned) -> Reply {
    let record = String::from(Box::<str>::from(versioned.record));
    Reply::json_text(status, record).with("etag", etag(versioned.version))
}

/// The version in `If-Match: "v7"`; `*` matches any.
fn if_match(visitor: &Visitor<'_>) -> Result<Option<i64>, Refusal> {
    visitor.incoming.header("if-match").map_or(Ok(None), |text| parse_if_match(&text))
}

/// The version that an `If-Match` names; none if any will do.
///
/// # Errors
/// `Invalid` for what is not an `ETag` of this API.
pub fn parse_if_match(text: &str) -> Result<Option<i64>, Refusal> {
    let text = text.trim();
    if text == "*" {
        return Ok(None);
    }
    let version = text.strip_prefix("\"v").and_then(|text| text.strip_suffix('"')).and_then(|text| text.parse().ok());
    // An ETag is compared letter by letter: `"v07"` and `"v+7"` are none of ours.
    version.filter(|version: &i64| etag(*version) == text).map(Some).ok_or_else(|| {
        Refusal::invalid("If-Match", "malformed", "If-Match must be an ETag of this API, such as \"v7\".")
    })
}

fn etag(version: i64) -> String {
    format!("\"v{version}\"")
}

fn client_key(visitor: &Visitor<'_>) -> Result<Option<IdempotencyKey>, Refusal> {
    let Some(text) = visitor.incoming.header("idempotency-key") else { return Ok(None) };
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
    let idempotency = key.map(|key| Idempotency {
        key: format!("{user}/{deed}/{key}"),
        body_hash: Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect(),
    });
    Ok(CallContext { idempotency, ..cx.clone() })
}

fn whole_number(name: &str, text: Option<&str>) -> Result<Option<i64>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    match text.parse::<i64>() {
        Ok(number) if (0..=LARGEST_SEQ).contains(&number) => Ok(Some(number)),
        Ok(_) | Err(_) => Err(Refusal::invalid(name, "malformed", format!("{name} is not a whole number from 0."))),
    }
}

#[cfg(test)]
mod tests {
    use super::parse_if_match;

    #[test]
    fn a_version_is_named_in_one_way() {
        assert_eq!(parse_if_match("\"v7\""), Ok(Some(7)));
        assert_eq!(parse_if_match(" * "), Ok(None));
        for other in ["\"v07\"", "\"v+7\"", "\"v\"", "v7", "W/\"v7\"", "\"v7\", \"v8\"", ""] {
            assert!(parse_if_match(other).is_err(), "{other}");
        }
    }
}
