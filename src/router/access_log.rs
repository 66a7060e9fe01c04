//! The Worker's own log: one entry per HTTP request in the `http` stream, and what happened in `auth` and `requests`.
//!
//! Entries are buffered in the isolate and appended in batches behind the responses: best effort, with what had to be
//! dropped counted and shown. Deeds that must not be lost go through outboxes to `audit` instead.

use std::cell::{Cell, RefCell};

use base::ids::{EntryId, OrgId, TraceId};
use base::refusal::Refusal;
use base::time::Timestamp;
use durable::{ask_within, clock};
use serde_json::Value;
use worker::{Context, Env};

use crate::domain::log::{Level, NewEntry, StreamName};
use crate::domain::user::{Actor, Caller};
use crate::objects::context::CallContext;
use crate::objects::log_stream::api::{Append, StreamKey};
use crate::router::http::reply::status_of;

/// Entries wait this long for company, in milliseconds.
const GATHER_MS: u32 = 200;

/// More entries than this do not wait: the newest are dropped and counted.
const MOST_WAITING: usize = 2_000;

/// A flush that has not ended after this long is given up, in milliseconds: the request that carried it may be gone.
const FLUSH_LIMIT_MS: i64 = 5_000;

/// What the logs are told of one HTTP request, from its first byte to its answer.
pub struct Access {
    trace: TraceId,
    method: String,
    pattern: &'static str,
    started: Timestamp,
    seen: RefCell<Seen>,
}

/// What is known by and by.
#[derive(Default)]
struct Seen {
    actor: Option<Actor>,
    code: Option<String>,
    status: u16,
    duration_ms: i64,
    entries: Vec<(StreamName, NewEntry)>,
}

impl Access {
    /// A request has come in, for a route of this pattern.
    pub fn begin(trace: TraceId, method: &str, pattern: &'static str, started: Timestamp) -> Self {
        let method = method.chars().filter(char::is_ascii_uppercase).take(10).collect();
        Access { trace, method, pattern, started, seen: RefCell::default() }
    }

    /// The id of the request.
    pub fn trace(&self) -> &TraceId {
        &self.trace
    }

    /// It is known who calls.
    pub fn is_by(&self, cx: &CallContext) {
        self.seen.borrow_mut().actor = cx.caller.as_ref().map(Actor::from);
    }

    /// The session has said who calls: that is newer than what the token says.
    pub fn is_now(&self, caller: &Caller) {
        self.seen.borrow_mut().actor = Some(Actor::from(caller));
    }

    /// It was refused.
    pub fn refused(&self, refusal: &Refusal) {
        self.seen.borrow_mut().code = Some(refusal.code().to_owned());
    }

    /// Something worth an entry of its own happened.
    pub fn note(&self, stream: StreamName, level: Level, message: &str, fields: &[(&str, Value)]) {
        let mut seen = self.seen.borrow_mut();
        let number = u32::try_from(seen.entries.len()).unwrap_or(u32::MAX).saturating_add(1);
        let id = EntryId::of_trace(&self.trace, number);
        let mut entry = NewEntry::new(id, clock::now(), level, message);
        for (name, value) in fields {
            entry = entry.with(name, value.clone());
        }
        seen.entries.push((stream, entry));
    }

    /// What a command on a request came to.
    pub fn note_outcome<T>(&self, deed: &str, request: impl ToString, outcome: &Result<T, Refusal>) {
        let request = Value::from(request.to_string());
        match outcome {
            Ok(_) => self.note(StreamName::Requests, Level::Info, deed, &[("request", request)]),
            Err(refusal) => {
                let level = if status_of(refusal) >= 500 { Level::Error } else { Level::Warn };
                let message = format!("{deed}: refused");
                let fields = [("request", request), ("code", refusal.code().into())];
                self.note(StreamName::Requests, level, &message, &fields);
            }
        }
    }

    /// When the request came.
    pub fn started(&self) -> Timestamp {
        self.started
    }

    /// It was answered.
    pub fn end(&self, status: u16, now: Timestamp) {
        let mut seen = self.seen.borrow_mut();
        seen.status = status;
        seen.duration_ms = now.ms_since(self.started);
    }

    fn into_entries(self) -> impl Iterator<Item = (StreamName, NewEntry)> {
        let Seen { actor, code, status, duration_ms, entries } = self.seen.into_inner();
        let level = match status {
            500.. => Level::Error,
            400.. => Level::Warn,
            _ => Level::Info,
        };
        let message = format!("{} {} {}", self.method, self.pattern, status);
        let mut http = NewEntry::new(EntryId::of_trace(&self.trace, 0), self.started, level, &message);
        http.route = Some(format!("{} {}", self.method, self.pattern));
        http.status = Some(status);
        http.duration_ms = Some(duration_ms);
        if let Some(code) = code {
            http = http.with("code", code);
        }
        let trace = self.trace;
        let all = entries.into_iter().chain([(StreamName::Http, http)]);
        all.map(move |(stream, mut entry)| {
            entry.request_id = Some(trace.clone());
            entry.actor = entry.actor.or_else(|| actor.clone());
            (stream, entry)
        })
    }
}

thread_local! {
    static WAITING: RefCell<Vec<(StreamName, NewEntry)>> = const { RefCell::new(Vec::new()) };
    static DROPPED: Cell<i64> = const { Cell::new(0) };
    static FLUSHING_SINCE: Cell<Option<i64>> = const { Cell::new(None) };
}

/// How many entries wait in this isolate, and how many were dropped since the last append.
pub fn backlog() -> (usize, i64) {
    (WAITING.with_borrow(Vec::len), DROPPED.get())
}

/// Writes a finished request down, behind its response.
pub fn write(env: &Env, ctx: &Context, org: &OrgId, access: Access) {
    WAITING.with_borrow_mut(|waiting| {
        for entry in access.into_entries() {
            if waiting.len() < MOST_WAITING {
                waiting.push(entry);
            } else {
                DROPPED.set(DROPPED.get() + 1);
            }
        }
    });
    let now = clock::now().as_ms();
    if FLUSHING_SINCE.get().is_some_and(|since| (0..FLUSH_LIMIT_MS).contains(&(now - since))) {
        return;
    }
    FLUSHING_SINCE.set(Some(now));
    let (env, org) = (env.clone(), org.clone());
    ctx.wait_until(async move {
        clock::pause_ms(GATHER_MS).await;
        FLUSHING_SINCE.set(None);
        flush(&env, &org).await;
    });
}

async fn flush(env: &Env, org: &OrgId) {
    let mut entries = WAITING.take();
    let dropped = DROPPED.take();
    let appends = [StreamName::Http, StreamName::Auth, StreamName::Requests, StreamName::System].map(|stream| {
        let own = entries.extract_if(.., |(to, _)| *to == stream).map(|(_, entry)| entry).collect();
        append(env, org, stream, own, if stream == StreamName::Http { dropped } else { 0 })
    });
    futures::future::join_all(appends).await;
}

async fn append(env: &Env, org: &OrgId, stream: StreamName, entries: Vec<NewEntry>, dropped: i64) {
    if entries.is_empty() && dropped == 0 {
        return;
    }
    let lost = i64::try_from(entries.len()).unwrap_or(i64::MAX);
    let cx = CallContext::system(org.clone(), clock::trace());
    let key = StreamKey { org: org.clone(), stream };
    if ask_within(env, &key, Append { entries, dropped }, &cx, 5_000).await.is_err() {
        DROPPED.set(DROPPED.get() + lost + dropped);
    }
}
