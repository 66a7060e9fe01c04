//! The downtime of an asset over HTTP. PostgreSQL puts it together.

use base::cursor::put;
use base::refusal::Refusal;
use base::text::parse_time;
use base::time::Timestamp;
use durable::clock;
use durable::page::Page;
use durable::text::Text;

use crate::db::statements::downtime::PageDowntime;
use crate::domain::asset::AssetId;
use crate::domain::request::policy;
use crate::objects::database::api::query;
use crate::router::context::Exchange;
use crate::router::http::paging::{self, Wanted};
use crate::router::http::reply::Reply;

/// What is told where nobody says from when: a year.
const USUAL_MS: i64 = 365 * 24 * 60 * 60_000;

/// `GET /api/assets/:id/downtime?from=&to=&limit=&cursor=`.
///
/// # Errors
/// `Invalid`, `InvalidCursor`; `NotFound`; `Unavailable` while PostgreSQL is away.
pub async fn read(exchange: &Exchange<'_>, id: AssetId) -> Result<Reply, Refusal> {
    let parameters = exchange.incoming.query(&["from", "to", "limit", "cursor"])?;
    let time = |name: &str| parameters.get(name).map(|text| parse_time(name, text)).transpose();
    let (from, to) = (time("from")?, time("to")?);
    let until = to.unwrap_or_else(clock::now);
    let since = from.unwrap_or_else(|| until.plus_ms(-USUAL_MS));
    if until <= since {
        return Err(Refusal::invalid("to", "out_of_range", "to is not after from."));
    }
    let only = policy::sees_only(exchange.caller()?);
    let mut scope = format!("downtime/{id}");
    put(&mut scope, "only", only);
    put(&mut scope, "from", from.map(Timestamp::as_ms));
    put(&mut scope, "to", to.map(Timestamp::as_ms));
    let Wanted { limit, from: after } = Wanted::read(exchange, &scope, &parameters)?;
    let asked = PageDowntime { asset: id, from: since, to: until, only, after, limit };
    let found = query(exchange.env, asked, &exchange.cx).await?.ok_or(Refusal::NotFound)?;
    let page = Page { items: Text::Written(found.items.get().to_owned()), next: found.next, total: None };
    Ok(paging::reply_with(exchange, &scope, page, &format!(",\"totals\":{}", found.totals.get())))
}

/// What the route takes and answers.
#[cfg(feature = "openapi")]
pub(super) mod describe {
    use crate::domain::request::RequestId;
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::{Schemas, time};

    /// A page of the downtime of an asset.
    #[derive(utoipa::ToSchema)]
    #[allow(dead_code, reason = "PostgreSQL makes it; its schema is what is wanted")]
    pub struct Downtime {
        /// When it stood still, the newest first. Of several sources; they may overlap.
        items: Vec<DowntimeSpan>,
        /// For the next page; none where this is the last one.
        #[schema(required = true)]
        next_cursor: Option<String>,
        /// What it comes to in the time that is asked for.
        totals: DowntimeTotals,
    }

    /// A time that the asset stood still.
    #[derive(utoipa::ToSchema)]
    #[allow(dead_code, reason = "PostgreSQL makes it; its schema is what is wanted")]
    pub struct DowntimeSpan {
        /// From when.
        #[schema(format = DateTime)]
        from: String,
        /// Until when; none where it does still.
        #[schema(required = true, format = DateTime)]
        to: Option<String>,
        /// What says so.
        source: DowntimeSource,
        /// The request that says so, where the caller may see it.
        #[schema(required = true)]
        request: Option<DowntimeRequest>,
        /// Why it was out of service, by its history.
        #[schema(required = true)]
        reason: Option<String>,
    }

    /// What says that an asset stood still.
    #[derive(utoipa::ToSchema)]
    #[schema(rename_all = "snake_case")]
    #[allow(dead_code, reason = "PostgreSQL makes it; its schema is what is wanted")]
    pub enum DowntimeSource {
        /// A request.
        Request,
        /// The asset's own state: it was out of service.
        Status,
    }

    /// A request that says so.
    #[derive(utoipa::ToSchema)]
    #[allow(dead_code, reason = "PostgreSQL makes it; its schema is what is wanted")]
    pub struct DowntimeRequest {
        /// The request.
        id: RequestId,
        /// The number for people.
        #[schema(required = true)]
        number: Option<String>,
        /// What was broken.
        title: String,
    }

    /// What downtime comes to. The words are those of EN 15341 and ISO 14224. Times that overlap count once, and the time that the
    /// asset was retired does not count at all. A failure is a time of standing still that begins in the time that is asked for.
    #[derive(utoipa::ToSchema)]
    #[allow(dead_code, reason = "PostgreSQL makes it; its schema is what is wanted")]
    pub struct DowntimeTotals {
        /// The beginning of the time that is asked for.
        #[schema(format = DateTime)]
        from: String,
        /// Its end; not later than now.
        #[schema(format = DateTime)]
        to: String,
        /// How much of it the asset was there: since it was made, or since it first stood still, if that was earlier.
        observed_seconds: i64,
        /// How long of that it stood still.
        downtime_seconds: i64,
        /// How often it failed.
        failures: i64,
        /// The part of the time that it ran, 0 to 1; none where it was not there.
        #[schema(required = true)]
        availability: Option<f64>,
        /// Mean time between failures: how long it ran, by failures; none without a failure.
        #[schema(required = true)]
        mtbf_seconds: Option<i64>,
        /// Mean time to restoration: how long a failure lasted that has ended; none without such a failure.
        #[schema(required = true)]
        mttr_seconds: Option<i64>,
    }

    pub fn read(schemas: &mut Schemas) -> Operation {
        Operation::new("assetDowntime", "places", "When an asset stood still, the newest first, and what that comes to.")
            .detail("It follows from requests about the asset and from its states. Requesters are told of no request that they do not see.")
            .query("from", time(), "From then on; a year before `to` unless told.")
            .query("to", time(), "Until then; now unless told.")
            .paged()
            .replies(200, "One page.", schemas.of::<Downtime>())
            .with_header("Link", "`rel=\"next\"`, when more follow.")
    }
}
