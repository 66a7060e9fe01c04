//! The language that one reads and is written to in.

use base::refusal::Refusal;
use serde::{Deserialize, Serialize};

use crate::db::statements::accounts::{ChosenLanguage, FindLanguage, SaveLanguage};
use crate::domain::log::{Level, StreamName};
use crate::domain::organisation::Language;
use crate::objects::database::api::query;
use crate::router::context::Exchange;
use crate::router::http::body::parse_json;
use crate::router::http::reply::Reply;
use crate::router::organisation::offered_language;

/// The language that one chose.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MyLanguage {
    /// It; null where one chose none, and reads the organisation's.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub language: Option<Language>,
}

/// A choice.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LanguageBody {
    /// One of those that the organisation offers; null for the one that it begins with.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Language>, required = true))]
    pub language: Option<String>,
}

/// `GET /api/me/language`. What somebody chose stays theirs, also where the organisation offers it no more.
///
/// # Errors
/// `Unavailable` while PostgreSQL is away.
pub async fn read(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let id = exchange.caller()?.user.id;
    let found = query(exchange.env, FindLanguage { id }, &exchange.cx).await?;
    let ChosenLanguage { language } = found.ok_or(Refusal::Unauthenticated)?;
    Reply::json(200, &MyLanguage { language })
}

/// `PUT /api/me/language`.
///
/// # Errors
/// `Invalid` naming `language`, also one that the organisation does not offer (`not_offered`); `Unavailable` while PostgreSQL is away.
pub async fn choose(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let body: LanguageBody = parse_json(exchange.incoming.body().await?)?;
    let language = match &body.language {
        Some(text) => Some(offered_language(exchange, text).await?),
        None => None,
    };
    let id = exchange.caller()?.user.id;
    if !query(exchange.env, SaveLanguage { id, language }, &exchange.cx).await? {
        return Err(Refusal::Unauthenticated);
    }
    exchange.access.note(StreamName::Auth, Level::Info, "language chosen", &[]);
    Reply::json(200, &MyLanguage { language })
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(super) mod describe {
    use super::{LanguageBody, MyLanguage};
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;

    pub fn read(schemas: &mut Schemas) -> Operation {
        Operation::new("myLanguage", "session", "The language that I read and am written to in.")
            .replies(200, "What I chose.", schemas.of::<MyLanguage>())
            .refuses(&[503])
    }

    pub fn choose(schemas: &mut Schemas) -> Operation {
        Operation::new("chooseMyLanguage", "session", "Choose the language that I read and am written to in.")
            .body(schemas.of::<LanguageBody>())
            .replies(200, "As it is now.", schemas.of::<MyLanguage>())
            .refuses(&[503])
    }
}
