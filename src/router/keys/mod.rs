//! API keys: made, changed, rotated and ended by their owners, and ended by administrators.
//!
//! What takes something away reaches the objects first, and PostgreSQL behind it: where one of the two is away, a key holds for less
//! than the list says, never for more. Told again, each does what is missing.

mod bodies;
mod shown;

use base::hex;
use base::ids::{KeyId, SessionName};
use base::page::Limit;
use base::refusal::Refusal;
use base::time::Timestamp;
use durable::page::Page;
use durable::text::Text;
use durable::{ask, clock};
use futures::future::{join_all, try_join_all};
use serde_json::json;

use crate::db::statements::keys::{ChangeKey, EndKey, MakeKey, PageKeys, RotateKey};
use crate::domain::key::{
    self, KeyName, KeyRow, KeySecret, LONGEST_DAYS, LONGEST_OVERLAP_HOURS, MOST_KEYS, Scope, within,
};
use crate::domain::log::NewEntry;
use crate::domain::user::{Actor, Caller, Via};
use crate::jobs::news;
use crate::objects::account::api::{AccountKey, Closed, KeyOpened};
use crate::objects::database::api::query;
use crate::objects::log_stream::api::tell_audit;
use crate::objects::session::api::{OpenKey, Rekeyed, Revoke, SessionKey, Shorten};
use crate::router::context::Exchange;
use crate::router::http::body::parse_json;
use crate::router::http::paging::{self, Wanted};
use crate::router::http::reply::Reply;
use crate::router::sessions::PAGE_SIZE;
use bodies::{EditKey, NewKey, Rotation};
use shown::{HandedOut, MyKeys, look_at};

pub use shown::ApiKey;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
const HOUR_MS: i64 = 60 * 60 * 1_000;

/// How long a key holds where nobody says, in days.
const USUAL_DAYS: u32 = 90;

/// How long the secret of before holds where nobody says, in hours: a day.
const USUAL_OVERLAP_HOURS: u32 = 24;

/// `GET /api/keys`.
///
/// # Errors
/// `Unavailable` while PostgreSQL is away.
pub async fn list(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    Reply::json(200, &MyKeys { items: own_keys(exchange).await? })
}

/// The caller's, oldest first, with what the objects of their secrets say.
///
/// # Errors
/// `Unavailable` while PostgreSQL is away.
pub async fn own_keys(exchange: &Exchange<'_>) -> Result<Vec<ApiKey>, Refusal> {
    let owner = Some(exchange.caller()?.user.id);
    let page = PageKeys { owner, id: None, after: None, limit: Limit::try_from(Limit::MAX)? };
    let rows = query(exchange.env, page, &exchange.cx).await?.items;
    Ok(join_all(rows.into_iter().map(|row| look_at(exchange, row))).await)
}

/// `GET /api/system/keys?limit=&cursor=`.
///
/// # Errors
/// `Invalid`, `InvalidCursor`; `Unavailable` while PostgreSQL is away.
pub async fn list_all(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let parameters = exchange.incoming.query(&["limit", "cursor"])?;
    let wanted = Wanted::read_within(exchange, "keys", PAGE_SIZE, &parameters)?;
    let page = PageKeys { owner: None, id: None, after: wanted.from, limit: wanted.limit };
    let page = query(exchange.env, page, &exchange.cx).await?;
    let items = join_all(page.items.into_iter().map(|row| look_at(exchange, row))).await;
    let items = serde_json::to_string(&items).map_err(|_| Refusal::Internal)?;
    Ok(paging::reply(exchange, "keys", Page { items: Text::Written(items), next: page.next, total: None }))
}

/// `POST /api/keys`.
///
/// # Errors
/// `Invalid`; `Conflict` with `too_many_keys`, or with `changed_meanwhile` where the account got another role; `Unavailable` while
/// PostgreSQL or an object is away: a key that was made without its secret being told is on the list, and can be ended.
pub async fn make(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let body: NewKey = parse_json(exchange.incoming.body().await?)?;
    let owner = may_hand_out(exchange)?;
    let name = KeyName::parse(&body.name)?;
    let scopes = key::scopes(&body.scopes, owner.role)?;
    let expires_at = clock::now().plus_ms(days(body.days)?);
    let id = new_id()?;
    let secret = new_secret(&id)?;
    let via = Via { id: id.clone(), name: name.as_str().to_owned() };
    let entry = audit(exchange, "made", &via)?.with("scopes", json!(scopes)).with("expires_at", expires_at.rfc3339());
    let message = MakeKey {
        owner: owner.user.id,
        role: owner.role,
        id,
        name,
        scopes: scopes.clone(),
        session: secret.session(),
        expires_at,
        entry: entry.clone(),
    };
    let made = query(exchange.env, message, &exchange.cx).await?.ok_or_else(changed_meanwhile)?;
    if !made.made {
        let detail = format!("You have {MOST_KEYS} keys, which is as many as there may be. End one first.");
        return Err(Refusal::conflict("too_many_keys", detail));
    }
    open(exchange, &secret, Caller { via: Some(via), ..owner }, scopes, expires_at, made.version).await?;
    tell(exchange, entry).await;
    news::settle(exchange.env, exchange.caller()?.user.id, &exchange.cx).await;
    handed_out(exchange, 201, &secret).await
}

/// `PATCH /api/keys/:id`.
///
/// # Errors
/// `Invalid`; `NotFound`; `Unavailable` while PostgreSQL or an object is away.
pub async fn change(exchange: &Exchange<'_>, id: KeyId) -> Result<Reply, Refusal> {
    let body: EditKey = parse_json(exchange.incoming.body().await?)?;
    let owner = may_hand_out(exchange)?;
    let name = body.name.as_deref().map(KeyName::parse).transpose()?;
    let scopes = body.scopes.as_deref().map(|texts| key::scopes(texts, owner.role)).transpose()?;
    let row = own(exchange, &id).await?;
    let name = name.map_or_else(|| KeyName::parse(&row.name), Ok)?;
    let scopes = scopes.unwrap_or_else(|| row.scopes.clone());
    let entry = audit(exchange, "changed", &row.via())?
        .with("name", json!({ "old": row.name, "new": name.as_str() }))
        .with("scopes", json!({ "old": row.scopes, "new": scopes }));
    let rekeyed = || Rekeyed { name: name.as_str().to_owned(), scopes: scopes.clone() };
    try_join_all(
        row.sessions()
            .map(async |session| ask(exchange.env, &object(exchange, session), rekeyed(), &exchange.cx).await),
    )
    .await?;
    let message = ChangeKey { owner: owner.user.id, id: id.clone(), name, scopes, entry: entry.clone() };
    if !query(exchange.env, message, &exchange.cx).await? {
        return Err(Refusal::NotFound);
    }
    tell(exchange, entry).await;
    let row = own(exchange, &id).await?;
    Reply::json(200, &look_at(exchange, row).await)
}

/// `POST /api/keys/:id/rotate`: a new secret. A third one, of a rotation before, ends at once.
///
/// # Errors
/// `Invalid`; `NotFound`; `Conflict` with `key_expired`, or with `changed_meanwhile`; `Unavailable` while PostgreSQL or an object is away:
/// the secret of before may then end with its overlap all the same.
pub async fn rotate(exchange: &Exchange<'_>, id: KeyId) -> Result<Reply, Refusal> {
    let body: Rotation = parse_json(exchange.incoming.body().await?)?;
    let owner = may_hand_out(exchange)?;
    let overlap = within("overlap_hours", body.overlap_hours, USUAL_OVERLAP_HOURS, 0, LONGEST_OVERLAP_HOURS)?;
    let now = clock::now();
    let (expires_at, until) = (now.plus_ms(days(body.days)?), now.plus_ms(i64::from(overlap) * HOUR_MS));
    let row = own(exchange, &id).await?;
    if row.expires_at <= now {
        return Err(Refusal::conflict("key_expired", "This key has expired. Make another."));
    }
    if row.role != owner.role {
        return Err(changed_meanwhile());
    }
    let until = until.min(row.expires_at);
    let secret = new_secret(&id)?;
    let entry = audit(exchange, "rotated", &row.via())?
        .with("previous_until", until.rfc3339())
        .with("expires_at", expires_at.rfc3339());
    let caller = Caller { via: Some(row.via()), ..owner };
    let owner = caller.user.id;
    open(exchange, &secret, caller, row.scopes.clone(), expires_at, row.version).await?;
    if let Some(oldest) = &row.previous {
        close(exchange, &row, oldest, "rotated").await?;
    }
    ask(exchange.env, &object(exchange, &row.session), Shorten { until }, &exchange.cx).await?;
    let message = RotateKey {
        owner,
        id,
        from: row.session,
        session: secret.session(),
        previous_until: until,
        expires_at,
        entry: entry.clone(),
    };
    if !query(exchange.env, message, &exchange.cx).await? {
        return Err(changed_meanwhile());
    }
    tell(exchange, entry).await;
    news::settle(exchange.env, owner, &exchange.cx).await;
    handed_out(exchange, 200, &secret).await
}

/// `DELETE /api/keys/:id`.
///
/// # Errors
/// `NotFound`; `Unavailable` while PostgreSQL or an object is away.
pub async fn end(exchange: &Exchange<'_>, id: KeyId) -> Result<Reply, Refusal> {
    let row = own(exchange, &id).await?;
    end_at_once(exchange, row).await
}

/// `DELETE /api/system/keys/:id`.
///
/// # Errors
/// As [`end`].
pub async fn end_any(exchange: &Exchange<'_>, id: KeyId) -> Result<Reply, Refusal> {
    let row = find(exchange, &id).await?;
    end_at_once(exchange, row).await
}

/// Who may be given a secret, or a key that may do more: the one place for whatever else that takes than being signed in.
fn may_hand_out(exchange: &Exchange<'_>) -> Result<Caller, Refusal> {
    exchange.caller().cloned()
}

async fn end_at_once(exchange: &Exchange<'_>, row: KeyRow) -> Result<Reply, Refusal> {
    let entry = audit(exchange, "ended", &row.via())?.with("owner", json!(row.owner));
    try_join_all(row.sessions().map(|session| close(exchange, &row, session, "revoked"))).await?;
    // Ended meanwhile by somebody else, it has ended.
    let _was_there = query(exchange.env, EndKey { id: row.id, entry: entry.clone() }, &exchange.cx).await?;
    tell(exchange, entry).await;
    Ok(Reply::empty(204))
}

/// Opens the object of a secret, and lists it with the account. Where the account was changed meanwhile it is ended again.
async fn open(
    exchange: &Exchange<'_>,
    secret: &KeySecret,
    caller: Caller,
    scopes: Vec<Scope>,
    ends_at: Timestamp,
    version: i64,
) -> Result<(), Refusal> {
    let (env, cx, session) = (exchange.env, &exchange.cx, secret.session());
    let account = AccountKey::User { org: exchange.org().clone(), user: caller.user.id };
    let login = exchange.session()?.login.clone();
    let key = object(exchange, &session);
    ask(env, &key, OpenKey { caller, login, scopes, ends_at }, cx).await?;
    match ask(env, &account, KeyOpened { session, ends_at, version }, cx).await {
        Err(Refusal::Unauthenticated) => {
            ask(env, &key, Revoke { reason: "changed".into() }, cx).await?;
            Err(changed_meanwhile())
        }
        listed => listed,
    }
}

async fn close(exchange: &Exchange<'_>, row: &KeyRow, session: &SessionName, reason: &str) -> Result<(), Refusal> {
    let revoke = Revoke { reason: reason.to_owned() };
    ask(exchange.env, &object(exchange, session), revoke, &exchange.cx).await?;
    let account = AccountKey::User { org: exchange.org().clone(), user: row.owner.id };
    ask(exchange.env, &account, Closed { session: session.clone() }, &exchange.cx).await
}

async fn own(exchange: &Exchange<'_>, id: &KeyId) -> Result<KeyRow, Refusal> {
    let caller = exchange.caller()?.user.id;
    // Somebody else's is not there.
    find(exchange, id).await.and_then(|row| if row.owner.id == caller { Ok(row) } else { Err(Refusal::NotFound) })
}

async fn find(exchange: &Exchange<'_>, id: &KeyId) -> Result<KeyRow, Refusal> {
    let page = PageKeys { owner: None, id: Some(id.clone()), after: None, limit: Limit::default() };
    query(exchange.env, page, &exchange.cx).await?.items.into_iter().next().ok_or(Refusal::NotFound)
}

async fn handed_out(exchange: &Exchange<'_>, status: u16, secret: &KeySecret) -> Result<Reply, Refusal> {
    let key: ApiKey = look_at(exchange, own(exchange, secret.id()).await?).await;
    let secret = secret.text(exchange.org(), &exchange.config.id_seal);
    Reply::json(status, &HandedOut { key, secret })
}

fn object(exchange: &Exchange<'_>, session: &SessionName) -> SessionKey {
    SessionKey { org: exchange.org().clone(), session: session.clone() }
}

async fn tell(exchange: &Exchange<'_>, entry: NewEntry) {
    let _carried_later = tell_audit(exchange.env, vec![entry], &exchange.cx).await;
}

fn audit(exchange: &Exchange<'_>, action: &str, key: &Via) -> Result<NewEntry, Refusal> {
    let actor = Actor::from(exchange.caller()?);
    let entry = NewEntry::audit(exchange.access.trace(), clock::now(), actor, action, ("key", key.id.as_str()));
    Ok(entry.with("key", key.name.as_str()))
}

fn days(given: Option<i64>) -> Result<i64, Refusal> {
    within("days", given, USUAL_DAYS, 1, LONGEST_DAYS).map(|days| i64::from(days) * DAY_MS)
}

fn new_id() -> Result<KeyId, Refusal> {
    hex(&clock::random::<8>()?).parse().map_err(|_| Refusal::Internal)
}

fn new_secret(id: &KeyId) -> Result<KeySecret, Refusal> {
    Ok(KeySecret::of(id.clone(), clock::random()?))
}

fn changed_meanwhile() -> Refusal {
    Refusal::conflict("changed_meanwhile", "The account or the key was changed meanwhile. Try again.")
}

#[cfg(feature = "openapi")]
pub(super) use shown::describe;
