//! What the organisation decides for whoever has not decided it themselves, as its app needs it, also before anybody has signed in.

use base::refusal::Refusal;
use base::text::parse_value;
use serde::Serialize;

use crate::domain::organisation::{Language, OrganisationRules, Weekday};
use crate::router::context::Exchange;
use crate::router::http::reply::Reply;
use crate::router::in_force;

/// The organisation's ways.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Organisation<'a> {
    /// Where the clock is of whoever has chosen no zone: a name of the IANA time zone database.
    pub time_zone: &'a str,
    /// The day that the week begins with.
    pub week_start: Weekday,
    /// The languages that are offered, that of whoever has chosen none first.
    pub languages: &'a [Language],
}

/// `GET /api/organisation`. It is as the other settings in force: at most a few seconds old, and what is known while PostgreSQL and the
/// cache are away.
///
/// # Errors
/// None of its own.
pub async fn read(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let in_force = in_force::current(exchange.env, exchange.config, &exchange.cx, exchange.access.started()).await;
    let OrganisationRules { time_zone, week_start, languages } = &in_force.organisation;
    let shown =
        Organisation { time_zone: time_zone.as_str(), week_start: *week_start, languages: languages.as_slice() };
    Reply::json(200, &shown)
}

/// A language that somebody is to read from now on.
///
/// # Errors
/// `Invalid` naming `language`: what [`parse_value`] says, or `not_offered`.
pub async fn offered_language(exchange: &Exchange<'_>, text: &str) -> Result<Language, Refusal> {
    let language = parse_value("language", text)?;
    let in_force = in_force::current(exchange.env, exchange.config, &exchange.cx, exchange.access.started()).await;
    in_force.organisation.languages.offered(language)
}

/// What the route takes and answers.
#[cfg(feature = "openapi")]
pub(super) mod describe {
    use super::Organisation;
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;

    pub fn read(schemas: &mut Schemas) -> Operation {
        Operation::new(
            "organisation",
            "session",
            "Time zone, first day of the week, and languages of the organisation.",
        )
        .detail("What whoever has chosen nothing goes by. It needs no session: the sign-in page is in those languages.")
        .replies(200, "The organisation's ways.", schemas.of::<Organisation<'_>>())
    }
}
