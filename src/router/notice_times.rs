//! When the signed-in user is written to: quiet hours, and one mail a day or a week in place of many.

use base::refusal::Refusal;
use base::text::parse_value;
use durable::ask;
use serde::{Deserialize, Serialize};

use crate::domain::notify::times::{Quiet, Rhythm, TimeOfDay, Times};
use crate::domain::organisation::Weekday;
use crate::objects::inbox::api::SetTimes;
use crate::router::context::Exchange;
use crate::router::http::body::parse_json;
use crate::router::http::reply::Reply;
use crate::router::inbox::my;
use crate::router::setup::known_zone;

/// Hours of a day, as they are entered.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuietBody {
    /// When they begin, such as `22:00`.
    pub from: String,
    /// When they end, such as `07:00`. Over midnight where that is earlier.
    pub to: String,
}

/// When one wants to be written to.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TimesBody {
    /// Where one's clock is: a name of the IANA time zone database. Null, or not there, is as the profile says, or else the organisation.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// The hours in which one is not written to; null, or not there, for none.
    #[serde(default)]
    pub quiet: Option<QuietBody>,
    /// Whether what is urgent comes at once all the same: danger to people, high urgency, what is overdue.
    pub urgent_at_once: bool,
    /// How often.
    #[cfg_attr(feature = "openapi", schema(value_type = Rhythm))]
    pub mails: String,
    /// The hour of a daily or weekly mail, 0 to 23.
    #[serde(default = "morning")]
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 23))]
    pub hour: u32,
    /// The day of a weekly one. Null, or not there, is the first of the organisation's week.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Weekday>))]
    pub weekday: Option<String>,
}

const fn morning() -> u32 {
    7
}

/// When one is written to.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NoticeTimes {
    /// What was chosen; null for whoever has not: at once, at any hour.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub times: Option<TimesShown>,
}

/// When one chose to be written to.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TimesShown {
    /// Where one's clock is, if one chose that.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub time_zone: Option<String>,
    /// The hours in which one is not written to.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub quiet: Option<Quiet>,
    /// Whether what is urgent comes at once all the same.
    pub urgent_at_once: bool,
    /// How often.
    pub mails: Rhythm,
    /// The hour of a daily or weekly mail.
    pub hour: u8,
    /// The day of a weekly one, if one chose that.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub weekday: Option<Weekday>,
}

impl From<Times> for TimesShown {
    fn from(Times { time_zone, quiet, urgent_at_once, mails, hour, weekday }: Times) -> Self {
        TimesShown { time_zone: time_zone.map(|zone| zone.to_string()), quiet, urgent_at_once, mails, hour, weekday }
    }
}

fn parsed(body: TimesBody) -> Result<Times, Refusal> {
    let quiet = |QuietBody { from, to }| {
        Ok::<_, Refusal>(Quiet { from: TimeOfDay::parse("quiet", &from)?, to: TimeOfDay::parse("quiet", &to)? })
    };
    let times = Times {
        time_zone: body.time_zone.as_deref().map(known_zone).transpose()?,
        quiet: body.quiet.map(quiet).transpose()?,
        urgent_at_once: body.urgent_at_once,
        mails: parse_value::<Rhythm>("mails", &body.mails)?,
        hour: u8::try_from(body.hour).unwrap_or(u8::MAX),
        weekday: body.weekday.as_deref().map(|text| parse_value::<Weekday>("weekday", text)).transpose()?,
    };
    times.check()?;
    Ok(times)
}

/// `GET /api/me/notifications/times`.
///
/// # Errors
/// `Unavailable` when the inbox cannot be asked.
pub async fn read(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    answer(exchange, None).await
}

/// `PUT /api/me/notifications/times`: all of them, in place of those of before. Mails that wait are put off or brought forward by it.
///
/// # Errors
/// `Invalid` naming `time_zone`, `quiet` (`malformed_time`, `no_window`), `mails`, `hour` or `weekday`; `Unavailable` when the inbox
/// cannot be asked.
pub async fn save(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let body: TimesBody = parse_json(exchange.incoming.body().await?)?;
    answer(exchange, Some(parsed(body)?)).await
}

async fn answer(exchange: &Exchange<'_>, times: Option<Times>) -> Result<Reply, Refusal> {
    let times = ask(exchange.env, &my(exchange)?, SetTimes { times }, &exchange.cx).await?;
    Reply::json(200, &NoticeTimes { times: times.map(TimesShown::from) })
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(super) mod describe {
    use super::{NoticeTimes, TimesBody};
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;

    pub fn read(schemas: &mut Schemas) -> Operation {
        Operation::new("myNoticeTimes", "inbox", "When I am written to.").replies(
            200,
            "What I chose.",
            schemas.of::<NoticeTimes>(),
        )
    }

    pub fn save(schemas: &mut Schemas) -> Operation {
        Operation::new("chooseMyNoticeTimes", "inbox", "Choose when I am written to.")
            .detail("All of it, in place of what was before. The app's inbox is never held, nor are mails about the safety of the account.")
            .body(schemas.of::<TimesBody>())
            .replies(200, "As it is now.", schemas.of::<NoticeTimes>())
    }
}
