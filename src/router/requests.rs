//! Maintenance requests over HTTP: parse, hand to the RequestObject or the index, answer.

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::domain::ids::{IdempotencyKey, RequestId, UserId};
use crate::domain::list::ListFilter;
use crate::domain::person::{Caller, Person};
use crate::domain::refusal::Refusal;
use crate::domain::request::{Action, ActionInput, Command, EditInput, NewRequest, Priority, Visibility};
use crate::domain::role::Role;
use crate::domain::validation::{
    Category, CommentBody, Description, SearchText, Title, parse_time, parse_value, parse_words,
};
use crate::objects::protocol::{CallContext, Idempotency, ask, watch as open_socket};
use crate::objects::request::api::{Act, Comment, Create, Read, Request, RequestKey, Timeline, Versioned, Watch};
use crate::objects::request_index::api::{IndexKey, List, RequestIndex, Watch as WatchList};
use crate::router::Visitor;
use crate::router::incoming::parse_json;
use crate::router::journal::Visit;
use crate::router::paging::{self, Wanted};
use crate::router::people;
use crate::router::reply::Reply;

/// The largest seq that crosses JavaScript unharmed: 2^53 - 1.
const LARGEST_SEQ: i64 = 9_007_199_254_740_991;

/// The body of `POST /api/requests`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewRequestBody {
    /// What is broken: 1 to 200 characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub title: String,
    /// The report: at most 10,000 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 10_000))]
    pub description: String,
    /// The kind of fault: 1 to 60 characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 60))]
    pub category: String,
    /// `low`, `normal`, `high` or `urgent`.
    #[cfg_attr(feature = "openapi", schema(value_type = Priority))]
    pub priority: String,
    /// On whose behalf it is raised (managers and admins).
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<UserId>))]
    pub requester_id: Option<String>,
}

/// The body of `PATCH /api/requests/:id`; what is absent stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EditBody {
    /// 1 to 200 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub title: Option<String>,
    /// At most 10,000 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 10_000))]
    pub description: Option<String>,
    /// 1 to 60 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 60))]
    pub category: Option<String>,
    /// `low`, `normal`, `high` or `urgent`.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Priority>))]
    pub priority: Option<String>,
}

/// The body of `POST /api/requests/:id/{action}`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActionBody {
    /// For reject, hold, reopen and cancel: 1 to 2,000 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 2_000))]
    pub reason: Option<String>,
    /// For assign.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<UserId>))]
    pub assignee_id: Option<String>,
    /// For complete: 1 to 5,000 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 5_000))]
    pub resolution: Option<String>,
    /// For close, if one likes: 1 to 5.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 5))]
    pub rating: Option<i64>,
}

/// The body of `POST /api/requests/:id/comments`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommentBodyInput {
    /// 1 to 10,000 characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 10_000))]
    pub body: String,
    /// `public` (the default) or `internal`.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Visibility>))]
    pub visibility: Option<String>,
}

/// `POST /api/requests`.
///
/// # Errors
/// `Invalid`, `Forbidden`, `IdempotencyKeyReused`, `Unavailable`.
pub async fn create(visitor: &Visitor<'_>, visit: &mut Visit) -> Result<Reply, Refusal> {
    let bytes = visitor.body().await?;
    let body: NewRequestBody = parse_json(&bytes)?;
    #[cfg(feature = "fault-injection")]
    super::faults::on_report(&body.title);
    let caller = visitor.cx.require_caller()?;
    let requester = match body.requester_id.as_deref() {
        Some(text) => on_behalf_of(visitor, caller, text).await?,
        None => None,
    };
    let draft = NewRequest {
        title: Title::parse(&body.title)?,
        description: Description::parse(&body.description)?,
        category: Category::parse(&body.category)?,
        priority: parse_value("priority", &body.priority)?,
        requester,
    };
    let key = client_key(visitor)?;
    let id = match &key {
        Some(key) => visitor.config.id_seal.derive(&visitor.config.org, caller.user.id, key),
        // Without a key nothing can be repeated, and the id is random.
        None => visitor.config.id_seal.mint(&visitor.config.org, random()?),
    };
    let cx = with_idempotency(&visitor.cx, "create", key, &bytes)?;
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
    let body: EditBody = parse_json(&bytes)?;
    let input = EditInput {
        title: body.title.as_deref().map(Title::parse).transpose()?,
        description: body.description.as_deref().map(Description::parse).transpose()?,
        category: body.category.as_deref().map(Category::parse).transpose()?,
        priority: body.priority.as_deref().map(|text| parse_value::<Priority>("priority", text)).transpose()?,
    };
    carry_out(visitor, id, Command::Edit(input), "edit", &bytes, visit).await
}

/// `POST /api/requests/:id/{action}`.
///
/// # Errors
/// `Invalid`, `NotFound`, `Forbidden`, `InvalidTransition`, `Stale`, `IdempotencyKeyReused`, `Unavailable`.
pub async fn act(visitor: &Visitor<'_>, id: RequestId, action: Action, visit: &mut Visit) -> Result<Reply, Refusal> {
    let bytes = visitor.body().await?;
    let body: ActionBody = if bytes.is_empty() { ActionBody::default() } else { parse_json(&bytes)? };
    let assignee = match body.assignee_id.as_deref() {
        Some(text) => Some(assignee(visitor, text).await?),
        None => None,
    };
    let input = ActionInput { reason: body.reason, assignee, resolution: body.resolution, rating: body.rating };
    let command = Command::for_action(action, input)?;
    carry_out(visitor, id, command, action.as_str(), &bytes, visit).await
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
    let body: CommentBodyInput = parse_json(&bytes)?;
    let visibility = body.visibility.as_deref().map(|text| parse_value("visibility", text)).transpose()?;
    let comment =
        Comment { body: CommentBody::parse(&body.body)?, visibility: visibility.unwrap_or(Visibility::Public) };
    let cx = with_idempotency(&visitor.cx, "comment", client_key(visitor)?, &bytes)?;
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
    Ok(paging::reply(visitor, &scope, &page))
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
    let known =
        ["status", "priority", "assignee", "requester", "category", "q", "from", "to", "sort", "limit", "cursor"];
    let query = visitor.incoming.query(&known)?;
    let someone = |name: &str| match query.get(name) {
        Some("me") => Ok(Some(caller.user.id)),
        Some(text) => parse_value::<UserId>(name, text).map(Some),
        None => Ok(None),
    };
    let filter = ListFilter {
        status: query.get("status").map(|text| parse_words("status", text)).transpose()?.unwrap_or_default(),
        priority: query.get("priority").map(|text| parse_words("priority", text)).transpose()?.unwrap_or_default(),
        assignee: someone("assignee")?,
        requester: someone("requester")?,
        category: query.get("category").map(Category::parse).transpose()?,
        q: query.get("q").filter(|text| !text.trim().is_empty()).map(SearchText::parse).transpose()?,
        from: query.get("from").map(|text| parse_time("from", text)).transpose()?,
        to: query.get("to").map(|text| parse_time("to", text)).transpose()?,
        sort: query.get("sort").map(|text| parse_value("sort", text)).transpose()?.unwrap_or_default(),
    };
    let scope = filter.scope(caller);
    let wanted = Wanted::read(visitor, &scope, query.get("limit"), query.get("cursor"))?;
    let list = List { filter, only: only(caller), after: wanted.from, limit: wanted.limit };
    let page = ask(visitor.env, &index_of(visitor), list, &visitor.cx).await?;
    Ok(paging::reply(visitor, &scope, &page))
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
    let etag = format!("\"v{}\"", versioned.version);
    Reply::json_text(status, String::from(Box::<str>::from(versioned.record))).with("etag", etag)
}

/// The version in `If-Match: "v7"`; `*` matches any.
fn if_match(visitor: &Visitor<'_>) -> Result<Option<i64>, Refusal> {
    let Some(text) = visitor.incoming.header("if-match") else { return Ok(None) };
    if text.trim() == "*" {
        return Ok(None);
    }
    let version =
        text.trim().strip_prefix("\"v").and_then(|text| text.strip_suffix('"')).and_then(|text| text.parse().ok());
    version.map(Some).ok_or_else(|| {
        Refusal::invalid("If-Match", "malformed", "If-Match must be an ETag of this API, such as \"v7\".")
    })
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
