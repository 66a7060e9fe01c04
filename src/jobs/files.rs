//! The sweep of the bucket: once a day all that lies in it is compared with what the requests know, and what PostgreSQL knows with both.
//! What nobody has known of for a day is removed.
//!
//! It goes in steps, so that a run costs little however much there is; how far it is, and what the last one found, is in the cache
//! `sweep`: where that is lost, it begins anew. Idempotent; takes no input.

use std::collections::BTreeMap;

use base::ids::OrgId;
use base::refusal::Refusal;
use base::time::Timestamp;
use base::words;
use durable::{ask, clock};
use futures::future::join_all;
use serde::{Deserialize, Serialize};
use worker::Env;

use crate::db::statements::avatars::ListAvatars;
use crate::db::statements::files::PageFiles;
use crate::domain::file::place;
use crate::domain::file::report::{FilesReport, LargeFile};
use crate::domain::request::{AttachmentId, Held, HeldAs, IdSeal, RequestId};
use crate::domain::user::Portrayed;
use crate::files::{self, Object};
use crate::objects::cache::api::{CacheKey, Get, Put};
use crate::objects::context::CallContext;
use crate::objects::database::api::query;
use crate::objects::request::api::{File, FileDeed, FilesHeld, RequestKey};

/// So long after a sweep has begun the next one does, in milliseconds: a day.
const EVERY_MS: i64 = 24 * 60 * 60 * 1_000;

/// What nobody knows of is removed when it has lain there for so long, in milliseconds: a day. Younger ones may be on their way.
const GRACE_MS: i64 = 24 * 60 * 60 * 1_000;

/// Steps of one run: the next run goes on where this one ended.
const STEPS: usize = 3;

/// Objects, and requests, that are looked at in one step; each request costs a call, or two.
const PAGE: u32 = 100;

/// So many requests are asked side by side.
const ROUND: usize = 20;

/// How long the state is kept, in milliseconds: 30 days.
const KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1_000;

words! {
    /// What is swept.
    pub enum Part: "part of the sweep" {
        /// The files of requests, as they lie in the bucket.
        Bucket = "bucket",
        /// The files of requests, as PostgreSQL has them.
        Rows = "rows",
        /// Portraits of people.
        Avatars = "avatars",
    }
}

/// How far the sweep is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sweep {
    /// What is swept next.
    part: Part,
    /// Where the next step begins.
    #[serde(default)]
    after: Option<String>,
    /// What the one that has begun has found so far.
    #[serde(default)]
    pub going: Option<FilesReport>,
    /// What the last one has found.
    #[serde(default)]
    pub last: Option<FilesReport>,
}

/// The last sweep and the one that has begun.
///
/// # Errors
/// `Unavailable` while the cache is away.
pub async fn look(env: &Env, cx: &CallContext) -> Result<Sweep, Refusal> {
    let cached = ask(env, &cache(&cx.org), Get { key: KEY.into() }, cx).await?;
    let state = cached.and_then(|cached| base::json::from_str(cached.value.get()).ok());
    Ok(state.unwrap_or(Sweep { part: Part::Bucket, after: None, going: None, last: None }))
}

const KEY: &str = "files";

fn cache(org: &OrgId) -> CacheKey {
    CacheKey { org: org.clone(), namespace: "sweep".into() }
}

async fn keep(env: &Env, sweep: &Sweep, cx: &CallContext) -> Result<(), Refusal> {
    let value = serde_json::to_string(sweep).map_err(|_| Refusal::Internal)?;
    let put = Put { key: KEY.into(), value, ttl_ms: KEPT_MS, tags: Vec::new(), as_of: None, version: 0 };
    ask(env, &cache(&cx.org), put, cx).await
}

/// One run: a few steps, where one is due.
///
/// # Errors
/// `Unavailable` while the bucket, a request or PostgreSQL is away.
pub async fn run(env: &Env, org: &OrgId, seal: &IdSeal) -> Result<(), Refusal> {
    let cx = CallContext::system(org.clone(), clock::trace());
    let mut sweep = look(env, &cx).await?;
    let now = clock::now();
    let is_due = sweep.last.as_ref().is_none_or(|last| now.ms_since(last.started_at) >= EVERY_MS);
    if sweep.going.is_none() && !is_due {
        return Ok(());
    }
    go_on(env, &mut sweep, seal, &cx, STEPS).await
}

/// A sweep that somebody asks for: begins one unless one has begun, and goes on with it.
///
/// # Errors
/// As [`run`].
pub async fn check(env: &Env, seal: &IdSeal, cx: &CallContext, most_ms: i64) -> Result<Sweep, Refusal> {
    let cx = CallContext::system(cx.org.clone(), cx.trace.clone());
    let mut sweep = look(env, &cx).await?;
    let until = clock::now().plus_ms(most_ms);
    loop {
        go_on(env, &mut sweep, seal, &cx, 1).await?;
        if sweep.going.is_none() || clock::now() >= until {
            return Ok(sweep);
        }
    }
}

async fn go_on(env: &Env, sweep: &mut Sweep, seal: &IdSeal, cx: &CallContext, steps: usize) -> Result<(), Refusal> {
    let mut found = sweep.going.take().unwrap_or_else(|| FilesReport::begin(clock::now()));
    for _ in 0..steps {
        let after = sweep.after.take();
        sweep.after = match sweep.part {
            Part::Bucket => bucket(env, seal, after, &mut found, cx).await?,
            Part::Rows => rows(env, after, &mut found, cx).await?,
            Part::Avatars => avatars(env, after, &mut found, cx).await?,
        };
        if sweep.after.is_some() {
            continue;
        }
        sweep.part = match sweep.part {
            Part::Bucket => Part::Rows,
            Part::Rows => Part::Avatars,
            Part::Avatars => {
                sweep.part = Part::Bucket;
                found.finished_at = Some(clock::now());
                sweep.last = Some(found);
                return keep(env, sweep, cx).await;
            }
        };
    }
    sweep.going = Some(found);
    keep(env, sweep, cx).await
}

/// A page of the bucket; where the next one begins, if there is one.
async fn bucket(
    env: &Env,
    seal: &IdSeal,
    after: Option<String>,
    found: &mut FilesReport,
    cx: &CallContext,
) -> Result<Option<String>, Refusal> {
    let page = files::list(env, &place::of_requests(&cx.org), after.as_deref(), PAGE).await?;
    let mut owned: BTreeMap<RequestId, Vec<Object>> = BTreeMap::new();
    let mut strangers = Vec::new();
    for object in page.items {
        found.objects += 1;
        found.bytes += object.size;
        match place::owner(&cx.org, &object.key) {
            Some((request, ..)) if seal.is_genuine(&cx.org, RequestId(request)) => {
                owned.entry(RequestId(request)).or_default().push(object);
            }
            // It may be what a newer release keeps there: it is counted, and stays.
            _ => {
                found.orphans += 1;
                found.note("orphan", object.key);
            }
        }
    }
    let ids: Vec<RequestId> = owned.keys().copied().collect();
    for (id, held) in ids.iter().zip(ask_all(env, &ids, cx).await?) {
        let objects = owned.remove(id).unwrap_or_default();
        strangers.extend(objects.into_iter().filter(|object| !is_known(*id, object, &held, found, cx)));
    }
    clear(env, strangers, found).await?;
    Ok(page.next)
}

/// Counts what nobody knows of, and removes what has lain there for long enough.
async fn clear(env: &Env, strangers: Vec<Object>, found: &mut FilesReport) -> Result<(), Refusal> {
    found.orphans += count(strangers.len());
    let old: Vec<String> = strangers.iter().filter(|object| is_old(object)).map(|object| object.key.clone()).collect();
    files::remove(env, &old).await?;
    found.removed += count(old.len());
    strangers.into_iter().for_each(|object| found.note("orphan", object.key));
    Ok(())
}

async fn portraits(env: &Env, cx: &CallContext) -> Result<Vec<Portrayed>, Refusal> {
    let told = query(env, ListAvatars {}, cx).await?;
    base::json::from_str(told.get()).map_err(|_| Refusal::Internal)
}

/// A page of portraits; where the next one begins, if there is one. One that is not somebody's any more, or not yet, is nobody's.
async fn avatars(
    env: &Env,
    after: Option<String>,
    found: &mut FilesReport,
    cx: &CallContext,
) -> Result<Option<String>, Refusal> {
    let page = files::list(env, &place::of_avatars(&cx.org), after.as_deref(), files::PAGE).await?;
    let portrayed = if page.items.is_empty() { Vec::new() } else { portraits(env, cx).await? };
    let is_somebodys = |object: &Object| {
        let of = place::portrayed(&cx.org, &object.key);
        of.is_some_and(|(user, avatar)| portrayed.iter().any(|one| one.id == user && one.avatar.as_str() == avatar))
    };
    found.objects += count(page.items.len());
    found.bytes += page.items.iter().map(|object| object.size).sum::<i64>();
    let (known, strangers): (Vec<Object>, Vec<Object>) = page.items.into_iter().partition(is_somebodys);
    found.avatars += count(known.len());
    // Its sizes come one by one.
    let (old, coming): (Vec<Object>, Vec<Object>) = strangers.into_iter().partition(is_old);
    found.pending += count(coming.len());
    clear(env, old, found).await?;
    Ok(page.next)
}

fn is_old(object: &Object) -> bool {
    clock::now().ms_since(Timestamp::from_ms(object.at)) >= GRACE_MS
}

fn count(of: usize) -> i64 {
    i64::try_from(of).unwrap_or(i64::MAX)
}

/// Whether the request knows of the object; counts it as what it is.
fn is_known(request: RequestId, object: &Object, held: &FilesHeld, found: &mut FilesReport, cx: &CallContext) -> bool {
    let Some((_, id, is_thumbnail)) = place::owner(&cx.org, &object.key) else { return false };
    // A file that has no small picture does not know of one.
    let other = if is_thumbnail { HeldAs::File } else { HeldAs::Thumbnail };
    let Some(known) = held.items.iter().find(|held| held.id.0 == id && held.what != other) else { return false };
    match known.what {
        HeldAs::Removing => found.removing += 1,
        HeldAs::Pending => found.pending += 1,
        HeldAs::Thumbnail => found.thumbnails += 1,
        HeldAs::File => {
            found.files += 1;
            found.note_file(LargeFile {
                request,
                attachment: id,
                filename: known.filename.clone().unwrap_or_default(),
                content_type: known.content_type.clone().unwrap_or_default(),
                size: object.size,
            });
        }
    }
    true
}

/// A page of the read model; where the next one begins, if there is one.
async fn rows(
    env: &Env,
    after: Option<String>,
    found: &mut FilesReport,
    cx: &CallContext,
) -> Result<Option<String>, Refusal> {
    let after = after.and_then(|after| after.parse().ok());
    let page = query(env, PageFiles { after, limit: PAGE }, cx).await?;
    let ids: Vec<RequestId> = page.iter().map(|row| row.id).collect();
    for (row, held) in page.iter().zip(ask_all(env, &ids, cx).await?) {
        found.rows += row.count;
        let files = held.items.iter().filter(|held| held.what == HeldAs::File);
        let told: Vec<String> = files.clone().map(|file| format!("{} {}", file.id, file.size)).collect();
        // What is on its way to PostgreSQL is the reconciler's.
        if held.version == row.version && told.join(",") != row.files {
            found.unsynced += 1;
            found.note("unsynced", row.id.to_string());
        }
        let places = files::list(env, &place::of_request(&cx.org, row.id.0), None, files::PAGE).await?.items;
        for file in files {
            let own = place::of_attachment(&cx.org, row.id.0, file.id.0);
            if !places.iter().any(|object| object.key == own && object.size == file.size) {
                found.missing += 1;
                found.note("missing", own);
            }
        }
    }
    Ok(page.last().filter(|_| page.len() >= PAGE as usize).map(|row| row.id.to_string()))
}

/// What each of these requests knows.
async fn ask_all(env: &Env, ids: &[RequestId], cx: &CallContext) -> Result<Vec<FilesHeld>, Refusal> {
    let mut all = Vec::new();
    for round in ids.chunks(ROUND) {
        let calls = round.iter().map(async |id| {
            let key = RequestKey { org: cx.org.clone(), id: *id };
            let list = File { deed: FileDeed::List, file: Held::new(HeldAs::File, AttachmentId(id.0)) };
            ask(env, &key, list, cx).await
        });
        for held in join_all(calls).await {
            all.push(base::json::from_str(held?.get()).map_err(|_| Refusal::Internal)?);
        }
    }
    Ok(all)
}
