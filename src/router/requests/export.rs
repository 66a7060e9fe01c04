//! A list of requests as a file, written a page at a time while it is sent: whatever its size, one page of it is in memory.
//!
//! The index has the rows and their order, PostgreSQL the long texts; a request that PostgreSQL has not heard of in this version is
//! asked itself. A file that cannot be ended breaks off, so that nobody takes a part of it for the whole.

use base::cursor::Position;
use base::ids::UserId;
use base::page::{Limit, PageSize};
use base::refusal::Refusal;
use base::time::{Timestamp, rfc3339};
use durable::{ask, clock};
use futures::{StreamExt as _, stream};
use serde::Deserialize;
use worker::Env;

use crate::db::statements::exports::RestsOf;
use crate::domain::log::NewEntry;
use crate::domain::request::export::{self, Rest};
use crate::domain::request::{ListFilter, RequestId, Summary, policy};
use crate::domain::user::Actor;
use crate::objects::context::CallContext;
use crate::objects::database::api::query;
use crate::objects::log_stream::api::tell_audit;
use crate::objects::request::api::{Read, RequestKey};
use crate::objects::request_index::api::{IndexKey, List};
use crate::router::context::Exchange;
use crate::router::gate;
use crate::router::http::reply::Reply;
use crate::router::requests::filters::{OF_FILES, list_filter};

/// Before the first line, for a spreadsheet that takes a file without it for one in another encoding.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The media type, with the parameter for a first line of names (RFC 4180 section 3).
const CSV: &str = "text/csv; charset=utf-8; header=present";

/// `GET /api/requests.csv`: what the list with these filters has, all of it, in its order. The audit knows of it before it leaves.
///
/// # Errors
/// `Invalid`; `ReauthenticationRequired` for whoever sees what others reported and has not proved lately who they are; `Unavailable`
/// while PostgreSQL or the audit is away.
pub async fn csv(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let (env, cx, caller) = (exchange.env, &exchange.cx, exchange.caller()?);
    let query = exchange.incoming.query(OF_FILES)?;
    let (filter, bom) = (list_filter(&query, caller)?, query.flag("bom")?.unwrap_or(false));
    let only = policy::sees_only(caller);
    if only.is_none() {
        gate::check_fresh(exchange.session()?, exchange.config)?;
    }
    let source = Source { env: env.clone(), cx: cx.clone(), filter, only };
    if exchange.incoming.method() == "HEAD" {
        return Ok(Reply::head(200, CSV));
    }
    let first = source.part(None).await?;
    let now = clock::now();
    let filter = serde_json::to_value(&source.filter).map_err(|_| Refusal::Internal)?;
    let about = ("list", exchange.incoming.path());
    let entry = NewEntry::audit(exchange.access.trace(), now, Actor::from(caller), "requests_exported", about);
    tell_audit(env, vec![entry.with("filter", filter)], cx).await?;
    let head = format!("{}{}", if bom { BYTE_ORDER_MARK } else { "" }, export::head());
    let first = Part { lines: head + &first.lines, ..first };
    let parts = stream::try_unfold((source, Next::Known(first)), |(source, next)| async move {
        let part = match next {
            Next::Known(part) => part,
            Next::Behind(position) => source.part(Some(position)).await?,
            Next::End => return Ok(None),
        };
        let next = part.next.map_or(Next::End, Next::Behind);
        Ok(Some((part.lines, (source, next))))
    });
    let name = format!("attachment; filename=\"requests-{}.csv\"", now.rfc3339().get(..10).unwrap_or_default());
    Ok(Reply::streamed(CSV, parts.boxed_local()).with("content-disposition", name))
}

/// Where the lines come from.
struct Source {
    env: Env,
    cx: CallContext,
    filter: ListFilter,
    only: Option<UserId>,
}

/// Lines of a file, and where those behind them begin.
struct Part {
    lines: String,
    next: Option<Position>,
}

/// What comes next in a file.
enum Next {
    Known(Part),
    Behind(Position),
    End,
}

/// What a line has of a record that was asked for itself.
#[derive(Deserialize)]
struct Asked {
    description: String,
    #[serde(default)]
    contact: Option<String>,
    #[serde(default)]
    resolution: Option<String>,
    #[serde(default, with = "rfc3339::option")]
    completed_at: Option<Timestamp>,
}

impl Source {
    /// The lines of a page of the list.
    async fn part(&self, after: Option<Position>) -> Result<Part, Refusal> {
        let index = IndexKey { org: self.cx.org.clone() };
        let limit = Limit::parse_within(None, PageSize::WHOLE)?;
        let list = List { filter: self.filter.clone(), only: self.only, after, limit, total: false };
        let page = ask(&self.env, &index, list, &self.cx).await?;
        let summaries: Vec<Summary> = base::json::from_str(&page.items.read()).map_err(|_| Refusal::Internal)?;
        if summaries.is_empty() {
            return Ok(Part { lines: String::new(), next: page.next });
        }
        let ids = summaries.iter().map(|summary| summary.id).collect();
        let known = query(&self.env, RestsOf { ids }, &self.cx).await?;
        let mut lines = String::new();
        for summary in &summaries {
            let is_whole = |rest: &&Rest| rest.id == summary.id && rest.version >= summary.version;
            match known.iter().find(is_whole) {
                Some(rest) => lines.push_str(&export::row(summary, rest)),
                None => lines.push_str(&export::row(summary, &self.asked(summary.id).await?)),
            }
        }
        Ok(Part { lines, next: page.next })
    }

    /// What the request itself says.
    async fn asked(&self, id: RequestId) -> Result<Rest, Refusal> {
        let key = RequestKey { org: self.cx.org.clone(), id };
        let versioned = ask(&self.env, &key, Read {}, &self.cx).await?;
        let Asked { description, contact, resolution, completed_at } =
            base::json::from_str(versioned.record.get()).map_err(|_| Refusal::Internal)?;
        Ok(Rest { id, version: versioned.version, description, contact, resolution, completed_at })
    }
}

/// What the route takes and answers.
#[cfg(feature = "openapi")]
pub(crate) mod describe {
    use serde_json::json;

    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;
    use crate::router::requests::describe::filtered;

    pub fn csv(schemas: &mut Schemas) -> Operation {
        let operation = Operation::new("exportRequests", "requests", "A list of requests as a file.")
            .detail(
                "CSV (RFC 4180) in UTF-8, in the order of the list, whatever its size. Times are UTC. A text that a spreadsheet would compute has an \
                 apostrophe in front. Whoever sees what others reported must have proved who they are within ten minutes.",
            );
        filtered(operation, schemas)
            .query("bom", json!({ "type": "boolean" }), "Begin with a byte order mark, which some spreadsheets want.")
            .replies_text(200, "The file; it breaks off where it cannot be ended.", "text/csv")
            .with_header("Content-Disposition", "A name for the file.")
            .refuses(&[503])
    }
}
