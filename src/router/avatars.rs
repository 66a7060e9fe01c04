//! Portraits of people: each in three sizes, which the browser makes, at an address that is of this portrait alone.
//!
//! The largest comes first and says which portrait it is; the smallest comes last and makes it the caller's. What stays unfinished, and
//! what was the portrait before, is removed by the sweep.

use base::ids::UserId;
use base::refusal::Refusal;
use base::text::{parse_value, required};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::db::statements::avatars::{ListAvatars, SetAvatar};
use crate::domain::file::{FileName, HEAD_BYTES, Looked, Size, look, place};
#[cfg(feature = "openapi")]
use crate::domain::user::Portrayed;
use crate::domain::user::avatar::MAX_BYTES;
use crate::domain::user::{AvatarId, AvatarSize};
use crate::files::{self, Part};
use crate::objects::database::api::query;
use crate::router::context::Exchange;
use crate::router::http::etag;
use crate::router::http::reply::Reply;
use crate::router::requests::files::{hear_out, length};

/// The address of a portrait never leads to another one.
const CACHE: &str = "private, max-age=31536000, immutable";

/// Who has which is good for a minute, in the reader's own cache.
const LISTED: &str = "private, max-age=60";

/// Nothing in it runs.
const POLICY: &str = "sandbox; default-src 'none'";

/// Which portrait it is.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Uploaded {
    /// The portrait; the other sizes name it.
    pub avatar: AvatarId,
}

/// Who has a portrait.
#[cfg(feature = "openapi")]
#[derive(utoipa::ToSchema)]
#[allow(dead_code, reason = "its schema is what is wanted")]
pub struct Avatars {
    /// Everybody who has one.
    pub items: Vec<Portrayed>,
}

/// `GET /api/avatars`.
///
/// # Errors
/// `Unavailable` while PostgreSQL is away.
pub async fn list(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    exchange.incoming.query(&[])?;
    let items = query(exchange.env, ListAvatars {}, &exchange.cx).await?;
    Ok(Reply::json_text(200, format!("{{\"items\":{items}}}")).with("cache-control", LISTED))
}

/// `PUT /api/me/avatar`.
///
/// # Errors
/// `Invalid`, `LengthRequired`, `FileTooLarge`, `Unsupported`, `TimedOut`, `Unavailable`; `Conflict` where the other sizes are missing.
pub async fn put(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let outcome = stored(exchange).await;
    hear_out(exchange, &outcome).await;
    Reply::json(200, &Uploaded { avatar: outcome? })
}

async fn stored(exchange: &Exchange<'_>) -> Result<AvatarId, Refusal> {
    let query = exchange.incoming.query(&["size", "avatar"])?;
    let size: AvatarSize = parse_value("size", query.get("size").unwrap_or_default())?;
    let named = query.get("avatar").map(|text| parse_value::<AvatarId>("avatar", text)).transpose()?;
    let bytes = length(exchange)?;
    if bytes > MAX_BYTES {
        return Err(Refusal::FileTooLarge { limit_bytes: MAX_BYTES.unsigned_abs() });
    }
    // All of it: it is smaller than what is looked at.
    let raw = exchange.incoming.raw();
    let head = files::head(raw, HEAD_BYTES).await?;
    let avatar = recognised(&head, size, named)?;
    let user = exchange.caller()?.user.id;
    let org = exchange.org();
    files::put(exchange.env, raw, &place::of_avatar(org, user, avatar.as_str(), size.pixels()), bytes, "").await?;
    if size == AvatarSize::Small {
        let own = place::of_avatar_sizes(org, user, avatar.as_str());
        let there = files::list(exchange.env, &own, None, 10).await?.items;
        if there.len() < AvatarSize::ALL.len() {
            return Err(Refusal::conflict("sizes_missing", "The other sizes of this portrait have not come."));
        }
        set(exchange, user, Some(avatar.clone())).await?;
        clear(exchange, user, &own).await;
    }
    Ok(avatar)
}

/// Which portrait these bytes are of: a square of this size. The largest says it itself; the others are of the one that is named.
fn recognised(bytes: &[u8], size: AvatarSize, named: Option<AvatarId>) -> Result<AvatarId, Refusal> {
    let Looked { kind, size: found } = look(bytes, &FileName::parse("portrait")?)?;
    let pixels = size.pixels();
    if found != Some(Size { width: pixels, height: pixels }) {
        let detail = format!("The picture must be a square of {pixels} pixels.");
        return Err(Refusal::invalid("body", "wrong_size", detail));
    }
    let unknown = || {
        Refusal::unsupported("unsupported_file", "A portrait is a JPEG, PNG or WebP picture, the same in each size.")
    };
    let own = AvatarId::of(kind, &Sha256::digest(bytes).into()).ok_or_else(unknown)?;
    match (size, named) {
        (AvatarSize::Large, _) => Ok(own),
        (_, None) => Err(required("avatar")),
        (_, Some(avatar)) if avatar.kind() == kind => Ok(avatar),
        (_, Some(_)) => Err(unknown()),
    }
}

async fn set(exchange: &Exchange<'_>, id: UserId, avatar: Option<AvatarId>) -> Result<(), Refusal> {
    let is_set = query(exchange.env, SetAvatar { id, avatar }, &exchange.cx).await?;
    if is_set { Ok(()) } else { Err(Refusal::Unauthenticated) }
}

/// `DELETE /api/me/avatar`.
///
/// # Errors
/// `Unavailable` while PostgreSQL is away.
pub async fn remove(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    exchange.incoming.query(&[])?;
    let user = exchange.caller()?.user.id;
    set(exchange, user, None).await?;
    clear(exchange, user, "no portrait").await;
    Ok(Reply::empty(204))
}

/// Removes the portraits that somebody has had, but for the one whose sizes begin with `but`. What is left now, the sweep takes.
async fn clear(exchange: &Exchange<'_>, user: UserId, but: &str) {
    let own = place::of_avatars_of(exchange.org(), user);
    let Ok(page) = files::list(exchange.env, &own, None, files::PAGE).await else { return };
    let keys: Vec<String> =
        page.items.into_iter().map(|object| object.key).filter(|key| !key.starts_with(but)).collect();
    let _swept_later = files::remove(exchange.env, &keys).await;
}

/// `GET /api/users/:id/avatar/:avatar/:size`.
///
/// # Errors
/// `NotFound`, `Unavailable`.
pub async fn read(exchange: &Exchange<'_>, id: UserId, avatar: AvatarId, size: AvatarSize) -> Result<Reply, Refusal> {
    exchange.incoming.query(&[])?;
    let tag = format!("\"{avatar}-{size}\"");
    let about = |reply: Reply| {
        reply.with("etag", tag.clone()).with("cache-control", CACHE).with("content-security-policy", POLICY)
    };
    if exchange.incoming.header("if-none-match").is_some_and(|named| etag::is_among(&tag, &named)) {
        return Ok(about(Reply::empty(304)));
    }
    let place = place::of_avatar(exchange.org(), id, avatar.as_str(), size.pixels());
    let part = Part { first: 0, length: -1, is_part: false };
    let stream = files::get(exchange.env, &place, part).await?;
    let kind = avatar.kind().as_str();
    Ok(about(Reply::stream(200, kind, stream)))
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(crate) mod describe {
    use super::{Avatars, Uploaded};
    use crate::domain::user::{AvatarId, AvatarSize};
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;

    pub fn list(schemas: &mut Schemas) -> Operation {
        Operation::new("avatars", "files", "Who has a portrait.").replies(200, "They.", schemas.of::<Avatars>())
    }

    pub fn put(schemas: &mut Schemas) -> Operation {
        Operation::new("uploadAvatar", "files", "Give me a portrait, one size at a time.")
            .detail("A square JPEG, PNG or WebP picture of 200 kB at most: 512 pixels first, then 192, then 64, which makes it mine.")
            .query("size", schemas.of::<AvatarSize>(), "Pixels of each side. Required.")
            .query("avatar", schemas.of::<AvatarId>(), "What 512 was answered with; for the other sizes.")
            .takes_bytes()
            .replies(200, "Which portrait it is.", schemas.of::<Uploaded>())
            .refuses(&[409])
    }

    pub fn remove(_: &mut Schemas) -> Operation {
        Operation::new("removeAvatar", "files", "Take my portrait away.").replies_empty(204, "I have none.")
    }

    pub fn read(_: &mut Schemas) -> Operation {
        Operation::new("readAvatar", "files", "A portrait, in one of its sizes.")
            .detail("The address is of this portrait alone: it may be kept for ever.")
            .conditional()
            .replies_bytes(200, "The picture.")
            .replies_empty(304, "It is as the caller has it.")
    }
}
