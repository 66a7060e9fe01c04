//! What the signed-in user has begun to write, for their other devices. The account's object of the caller is asked, so there
//! is no way to anybody else's.

use base::refusal::Refusal;
use base::time::{Timestamp, rfc3339};
use durable::{ask, clock};
use serde::{Deserialize, Serialize};

use crate::domain::user::{Draft, DraftId};
use crate::objects::account::api::{AccountKey, Drafts, DropDraft, PutDraft};
use crate::router::context::Exchange;
use crate::router::http::body::parse_json;
use crate::router::http::reply::Reply;

/// My drafts.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MyDrafts {
    /// The one that was touched last first.
    pub items: Vec<MyDraft>,
}

/// One draft.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MyDraft {
    /// Its id, chosen by the app that wrote it.
    pub id: DraftId,
    /// Where it is written.
    pub scope: String,
    /// What was written, as the app keeps it.
    pub body: String,
    /// When it was touched last, by the clock of the device.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub updated_at: Timestamp,
}

/// A draft to be kept.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DraftBody {
    /// Where it is written: 1 to 120 of `a-z`, `0-9`, `:` and `-`.
    pub scope: String,
    /// What was written, at most 65,536 bytes; opaque to the server.
    pub body: String,
    /// When it was touched last, by the clock of the device; at most 5 minutes ahead of the server's.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub updated_at: Timestamp,
}

fn account(exchange: &Exchange<'_>) -> Result<AccountKey, Refusal> {
    Ok(AccountKey::User { org: exchange.org().clone(), user: exchange.caller()?.user.id })
}

/// `GET /api/me/drafts`.
///
/// # Errors
/// `Unavailable` when the account cannot be asked.
pub async fn all(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let drafts = ask(exchange.env, &account(exchange)?, Drafts {}, &exchange.cx).await?;
    let shown = |Draft { id, scope, body, updated_at }| MyDraft { id, scope, body, updated_at };
    Reply::json(200, &MyDrafts { items: drafts.into_iter().map(shown).collect() })
}

/// `PUT /api/me/drafts/:id`. What is not newer than what is kept changes nothing.
///
/// # Errors
/// `Invalid` for an input that breaks a rule ([`Draft::checked`]).
pub async fn put(exchange: &Exchange<'_>, id: DraftId) -> Result<Reply, Refusal> {
    let DraftBody { scope, body, updated_at } = parse_json(exchange.incoming.body().await?)?;
    let draft = Draft { id, scope, body, updated_at }.checked(clock::now())?;
    ask(exchange.env, &account(exchange)?, PutDraft { draft }, &exchange.cx).await?;
    Ok(Reply::empty(204))
}

/// `DELETE /api/me/drafts/:id`: afterwards there is none.
///
/// # Errors
/// `Unavailable` when the account cannot be asked.
pub async fn remove(exchange: &Exchange<'_>, id: DraftId) -> Result<Reply, Refusal> {
    ask(exchange.env, &account(exchange)?, DropDraft { id }, &exchange.cx).await?;
    Ok(Reply::empty(204))
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(super) mod describe {
    use super::{DraftBody, MyDrafts};
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;

    pub fn all(schemas: &mut Schemas) -> Operation {
        Operation::new("myDrafts", "session", "What I have begun to write, on any of my devices.").replies(
            200,
            "At most 100, the one that was touched last first. One that is not touched goes after 30 days.",
            schemas.of::<MyDrafts>(),
        )
    }

    pub fn put(schemas: &mut Schemas) -> Operation {
        Operation::new("putMyDraft", "session", "Keep a draft of mine.")
            .detail("One that was touched no later than what is kept under its id changes nothing. Of more than 100 the oldest goes.")
            .body(schemas.of::<DraftBody>())
            .replies_empty(204, "This draft, or a newer one, is kept.")
    }

    pub fn remove(_schemas: &mut Schemas) -> Operation {
        Operation::new("dropMyDraft", "session", "Forget a draft of mine: it was sent, or thrown away.")
            .replies_empty(204, "There is none under this id.")
    }
}
