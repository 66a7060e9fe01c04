//! How the API shows a key: what PostgreSQL has of it, and what the objects of its secrets say about its use.

use base::ids::{KeyId, SessionName};
use base::refusal::Refusal;
use base::time::{Timestamp, rfc3339};
use base::words;
use durable::{ask, clock};
use futures::future::OptionFuture;
use serde::Serialize;

use crate::domain::key::{HeldKey, KeyRow, Scope};
use crate::domain::user::{Person, Role};
use crate::objects::session::api::{Check, SessionKey};
use crate::router::context::Exchange;

words! {
    /// Whether a key holds.
    pub enum KeyState: "key state" {
        /// It does.
        Active = "active",
        /// It does not any more.
        Expired = "expired",
        /// Its object could not be asked.
        Unknown = "unknown",
    }
}

/// The use of a secret.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyUse {
    /// When it was last used, to the minute.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub at: Timestamp,
    /// From which network address.
    pub from: String,
    /// How many calls were made with it, about.
    pub uses: u64,
}

/// The secret of before, which holds beside the new one.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreviousSecret {
    /// Until when.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub until: Timestamp,
    /// Its last use: whoever still has it.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub last_use: Option<KeyUse>,
}

/// An API key, without its secret.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKey {
    /// The id; the key's text has it behind `cek_`.
    pub id: KeyId,
    /// What its owner calls it.
    pub name: String,
    /// What it may do, of what its owner may.
    pub scopes: Vec<Scope>,
    /// Whose it is.
    pub owner: Person,
    /// What they are.
    pub role: Role,
    /// Whether it holds.
    pub state: KeyState,
    /// When it was made.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// When it ends.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
    /// When it got its secret, where that is not the first.
    #[serde(with = "rfc3339::option")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime, required = true))]
    pub rotated_at: Option<Timestamp>,
    /// Its last use; nothing where it was never used, or is over.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub last_use: Option<KeyUse>,
    /// The secret of before, as long as that holds.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub previous: Option<PreviousSecret>,
}

/// My keys.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MyKeys {
    /// Oldest first.
    pub items: Vec<ApiKey>,
}

/// A key with its secret, which is told once.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandedOut {
    /// The key.
    pub key: ApiKey,
    /// What a program sends: `Authorization: Bearer <secret>`. Nobody can read it again.
    pub secret: String,
}

/// The key with what its objects say about it.
pub async fn look_at(exchange: &Exchange<'_>, row: KeyRow) -> ApiKey {
    let now = clock::now();
    let previous_until = row.previous_until.filter(|until| *until > now);
    let previous = row.previous.as_ref().filter(|_| previous_until.is_some());
    let asked = (use_of(exchange, &row.session), OptionFuture::from(previous.map(|name| use_of(exchange, name))));
    let (current, before) = futures::join!(asked.0, asked.1);
    let state = match &current {
        Ok(_) => KeyState::Active,
        Err(Refusal::Unauthenticated) => KeyState::Expired,
        Err(_) => KeyState::Unknown,
    };
    let last_use = |key: HeldKey| key.used_at.map(|at| KeyUse { at, from: key.used_from, uses: key.uses });
    let previous = match before {
        // It has ended before its time, or was never opened.
        None | Some(Err(Refusal::Unauthenticated)) => None,
        Some(before) => previous_until.map(|until| PreviousSecret { until, last_use: before.ok().and_then(last_use) }),
    };
    ApiKey {
        id: row.id,
        name: row.name,
        scopes: row.scopes,
        owner: row.owner,
        role: row.role,
        state,
        created_at: row.created_at,
        expires_at: row.expires_at,
        rotated_at: row.rotated_at,
        last_use: current.ok().and_then(last_use),
        previous,
    }
}

async fn use_of(exchange: &Exchange<'_>, session: &SessionName) -> Result<HeldKey, Refusal> {
    let key = SessionKey { org: exchange.org().clone(), session: session.clone() };
    ask(exchange.env, &key, Check {}, &exchange.cx).await?.key.ok_or(Refusal::Unauthenticated)
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub mod describe {
    use super::{ApiKey, HandedOut, MyKeys};
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;
    use crate::router::keys::bodies::{EditKey, NewKey, Rotation};
    use crate::router::sessions::PAGE_SIZE;

    pub fn list(schemas: &mut Schemas) -> Operation {
        Operation::new("keys", "keys", "My API keys.")
            .detail("Without those that were ended; expired ones for 30 days.")
            .replies(200, "Oldest first.", schemas.of::<MyKeys>())
            .refuses(&[503])
    }

    pub fn make(schemas: &mut Schemas) -> Operation {
        Operation::new("makeKey", "keys", "Make an API key.")
            .detail("20 at most. Its secret is told once.")
            .body(schemas.of::<NewKey>())
            .replies(201, "The key with its secret.", schemas.of::<HandedOut>())
            .refuses(&[409, 503])
    }

    pub fn change(schemas: &mut Schemas) -> Operation {
        Operation::new("changeKey", "keys", "Change the name of one of my keys, or what it may do.")
            .detail("At once, for secrets that are in use.")
            .body(schemas.of::<EditKey>())
            .replies(200, "As it is now.", schemas.of::<ApiKey>())
            .refuses(&[503])
    }

    pub fn rotate(schemas: &mut Schemas) -> Operation {
        Operation::new("rotateKey", "keys", "Give one of my keys a new secret.")
            .detail(
                "The one of before holds beside it for the overlap, so that programs can be told one after the other.",
            )
            .detail("One of a rotation before that ends at once. Live connections of a secret end with it.")
            .body(schemas.of::<Rotation>())
            .replies(200, "The key with its new secret.", schemas.of::<HandedOut>())
            .refuses(&[409, 503])
    }

    pub fn end(_schemas: &mut Schemas) -> Operation {
        Operation::new("endKey", "keys", "End one of my keys, at once.").replies_empty(204, "It has ended.")
    }

    pub fn list_all(schemas: &mut Schemas) -> Operation {
        Operation::new("allKeys", "keys", "Everybody's API keys, oldest first.")
            .paged_within(PAGE_SIZE)
            .replies(200, "One page.", schemas.page::<ApiKey>("ApiKeyPage"))
            .with_header("Link", "`rel=\"next\"`, when more follow.")
            .refuses(&[503])
    }

    pub fn end_any(_schemas: &mut Schemas) -> Operation {
        Operation::new("endAnyKey", "keys", "End anybody's key, at once.").replies_empty(204, "It has ended.")
    }
}
