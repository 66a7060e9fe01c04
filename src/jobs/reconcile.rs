//! The reconciler: finds requests whose row in PostgreSQL is behind their object, and pokes the objects.
//!
//! The outboxes deliver by themselves; this covers what they cannot: an alarm that the platform lost in an object that
//! nobody calls, and rows that PostgreSQL lost after it had acknowledged them. It walks the index in order of last change behind a watermark that moves only past what has arrived,
//! so a run costs as much as there is to do. Idempotent; takes no input.

use base::cursor::Position;
use base::ids::OrgId;
use base::refusal::Refusal;
use base::time::{Timestamp, rfc3339};
use durable::{ask, clock};
use serde::Serialize;
use worker::Env;

use crate::db::statements::versions::Synced;
use crate::domain::request::RequestId;
use crate::objects::context::CallContext;
use crate::objects::database::api::query;
use crate::objects::request::api::{Poke, RequestKey};
use crate::objects::request_index::api::{IndexKey, IndexedVersion, Versions, Watermark};

/// Changes younger than this are still on their way, in milliseconds.
const SETTLING_MS: i64 = 10_000;

/// Requests compared at once.
const PAGE: u32 = 200;

/// Pages in one run: the next run goes on where this one ended.
const MOST_PAGES: usize = 25;

/// A request whose row is behind.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Lagging {
    /// The request.
    pub id: RequestId,
    /// The version that the index has.
    pub version: i64,
    /// The version that PostgreSQL has; `null` when it has none.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub synced_version: Option<i64>,
    /// Since when it waits.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub changed_at: Timestamp,
}

/// One run.
///
/// # Errors
/// `Unavailable` while PostgreSQL, or the index, is away.
pub async fn run(env: &Env, org: &OrgId) -> Result<usize, Refusal> {
    let cx = CallContext::system(org.clone(), clock::trace());
    let behind = clock::now().plus_ms(-SETTLING_MS);
    let mut walk = ask(env, &index(org), Watermark { reached: None }, &cx).await?;
    let (mut arrived, mut poked) = (walk.clone(), 0);
    for _ in 0..MOST_PAGES {
        let (page, lagging) = compare(env, &cx, walk, behind).await?;
        for one in &lagging {
            let key = RequestKey { org: org.clone(), id: one.id };
            let _it_will_be_found_again =
                ask(env, &key, Poke { replay: false, synced: Some(one.synced_version.unwrap_or(0)) }, &cx).await;
        }
        // The watermark stays before the first row that lags; the walk goes on behind it, so that one parked row hides
        // no others.
        let all_before = page.iter().take_while(|row| lagging.first().is_none_or(|first| first.id != row.id)).last();
        if poked == 0 {
            arrived = all_before.map(position).or(arrived);
        }
        poked += lagging.len();
        walk = page.last().map(position);
        if page.len() < PAGE as usize {
            break;
        }
    }
    if arrived.is_some() {
        ask(env, &index(org), Watermark { reached: arrived }, &cx).await?;
    }
    Ok(poked)
}

fn position(row: &IndexedVersion) -> Position {
    Position::at(row.updated_at, row.id)
}

/// The requests behind the watermark whose rows are behind: at most as many as one run looks at, also those of a clock
/// that was ahead.
///
/// # Errors
/// As [`run`].
pub async fn lagging(env: &Env, cx: &CallContext) -> Result<Vec<Lagging>, Refusal> {
    let mut walk = ask(env, &index(&cx.org), Watermark { reached: None }, cx).await?;
    let mut found = Vec::new();
    for _ in 0..MOST_PAGES {
        let (page, lagging) = compare(env, cx, walk, Timestamp::MAX).await?;
        found.extend(lagging);
        walk = page.last().map(position);
        if page.len() < PAGE as usize || found.len() >= PAGE as usize {
            break;
        }
    }
    Ok(found)
}

async fn compare(
    env: &Env,
    cx: &CallContext,
    after: Option<Position>,
    changed_before: Timestamp,
) -> Result<(Vec<IndexedVersion>, Vec<Lagging>), Refusal> {
    let page = ask(env, &index(&cx.org), Versions { after, changed_before, limit: PAGE }, cx).await?;
    if page.is_empty() {
        return Ok((page, Vec::new()));
    }
    let ids = page.iter().map(|row| row.id).collect();
    let synced = query(env, Synced { ids }, cx).await?;
    let behind = |row: &&IndexedVersion| {
        !synced.iter().any(|known| known.id == row.id && (known.epoch, known.version) >= (row.epoch, row.version))
    };
    let lagging = page.iter().filter(behind).map(|row| Lagging {
        id: row.id,
        version: row.version,
        synced_version: synced.iter().find(|known| known.id == row.id).map(|known| known.version),
        changed_at: row.updated_at,
    });
    let lagging = lagging.collect();
    Ok((page, lagging))
}

fn index(org: &OrgId) -> IndexKey {
    IndexKey { org: org.clone() }
}
