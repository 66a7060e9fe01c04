//! The reconciler: finds requests whose row in PostgreSQL is behind their object, and pokes the objects.
//!
//! The outboxes deliver by themselves; this covers what they cannot: an alarm that the platform lost in an object that
//! nobody calls. It walks the index in order of last change behind a watermark that moves only past what has arrived,
//! so a run costs as much as there is to do. Idempotent; takes no input.

use serde::Serialize;
use worker::Env;

use crate::domain::cursor::Position;
use crate::domain::ids::{OrgId, RequestId};
use crate::domain::refusal::Refusal;
use crate::domain::time::{Timestamp, rfc3339};
use crate::objects::clock;
use crate::objects::database::api::{DatabaseKey, Synced};
use crate::objects::protocol::{CallContext, ask};
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
    let mut poked = 0;
    for _ in 0..MOST_PAGES {
        let reached = ask(env, &index(org), Watermark { reached: None }, &cx).await?;
        let (page, lagging) = compare(env, &cx, reached, behind).await?;
        for one in &lagging {
            let key = RequestKey { org: org.clone(), id: one.id };
            let _it_will_be_found_again = ask(env, &key, Poke { replay: false }, &cx).await;
        }
        poked += lagging.len();
        let arrived = page.iter().take_while(|row| lagging.first().is_none_or(|first| first.id != row.id)).last();
        if let Some(row) = arrived {
            let reached = Some(Position::at(row.updated_at, row.id));
            ask(env, &index(org), Watermark { reached }, &cx).await?;
        }
        if page.len() < PAGE as usize || !lagging.is_empty() {
            break;
        }
    }
    Ok(poked)
}

/// The requests behind the watermark whose rows are behind, at most one page.
///
/// # Errors
/// As [`run`].
pub async fn lagging(env: &Env, cx: &CallContext, changed_before: Timestamp) -> Result<Vec<Lagging>, Refusal> {
    let mut reached = ask(env, &index(&cx.org), Watermark { reached: None }, cx).await?;
    for _ in 0..MOST_PAGES {
        let (page, lagging) = compare(env, cx, reached.clone(), changed_before).await?;
        if !lagging.is_empty() || page.len() < PAGE as usize {
            return Ok(lagging);
        }
        reached = page.last().map(|row| Position::at(row.updated_at, row.id));
    }
    Ok(Vec::new())
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
    let synced = ask(env, &DatabaseKey::first(&cx.org), Synced { ids }, cx).await?;
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
