//! Log entries and what they are searched by. Fields are data: a message is one line whatever it was made from, and no
//! entry carries a token, a body or an e-mail address.

pub mod chain;
pub mod retention;
mod row;

use base::cursor::{put, put_all};
use base::words;
use base::{
    ids::{EntryId, TraceId, UserId},
    time::{Timestamp, rfc3339},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::domain::text::SearchText;
use crate::domain::user::{Actor, Caller};

pub use retention::{LevelDays, Retention};
pub use row::AuditRow;

words! {
    /// How much an entry matters; ordered.
    pub enum Level: "level" {
        /// For whoever looks for a fault.
        Debug = "debug",
        /// As it should be.
        Info = "info",
        /// Somebody should look at it.
        Warn = "warn",
        /// Somebody must.
        Error = "error",
    }
}

words! {
    /// The streams of an organisation's logs; each is an actor `{org}/{stream}`.
    pub enum StreamName: "log stream" {
        /// Every HTTP request, in batches, best effort.
        Http = "http",
        /// Sign-ins, sign-outs and refusals.
        Auth = "auth",
        /// Who changed what: append-only, through outboxes, without loss.
        Audit = "audit",
        /// What happens to maintenance requests.
        Requests = "requests",
        /// Mail that was sent, or not.
        Mail = "mail",
        /// Deliveries to PostgreSQL and the index.
        Sync = "sync",
        /// The system itself.
        System = "system",
    }
}

/// The longest message, in characters; the rest is cut off.
const MAX_MESSAGE_CHARS: usize = 1_000;

/// An entry as a stream shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Entry {
    /// Its id, unique in the stream.
    pub id: EntryId,
    /// When it happened.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub ts: Timestamp,
    /// Its number in the stream, in the order of arrival.
    pub seq: i64,
    /// How much it matters.
    pub level: Level,
    /// What happened, in one line.
    pub message: String,
    /// The HTTP request in which it happened.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub request_id: Option<TraceId>,
    /// Who caused it.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::domain::user::ActorSchema>, required = true))]
    pub actor: Option<Actor>,
    /// The route's pattern, for example `GET /api/requests/:id`.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub route: Option<String>,
    /// The HTTP status.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub duration_ms: Option<i64>,
    /// Whatever else is known.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object, required = true))]
    pub fields: Map<String, Value>,
}

/// An entry on its way to a stream, which gives it its seq. Times are milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewEntry {
    /// Chosen by the writer, so that a second delivery is recognised.
    pub id: EntryId,
    /// When it happened, in milliseconds since 1970.
    pub ts: Timestamp,
    /// How much it matters.
    pub level: Level,
    /// What happened, in one line.
    pub message: String,
    /// The HTTP request in which it happened.
    #[serde(default)]
    pub request_id: Option<TraceId>,
    /// Who caused it.
    #[serde(default)]
    pub actor: Option<Actor>,
    /// The route's pattern.
    #[serde(default)]
    pub route: Option<String>,
    /// The HTTP status.
    #[serde(default)]
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    #[serde(default)]
    pub duration_ms: Option<i64>,
    /// Whatever else is known.
    #[serde(default)]
    pub fields: Map<String, Value>,
}

impl NewEntry {
    /// An entry with nothing but its message, which becomes one line of at most 1,000 characters.
    #[must_use]
    pub fn new(id: EntryId, ts: Timestamp, level: Level, message: &str) -> Self {
        Self {
            id,
            ts,
            level,
            message: one_line(message),
            request_id: None,
            actor: None,
            route: None,
            status: None,
            duration_ms: None,
            fields: Map::new(),
        }
    }

    /// What somebody did by the HTTP request `trace` to a thing that is no request, for the audit.
    #[must_use]
    pub fn audit(trace: &TraceId, now: Timestamp, actor: Actor, action: &str, object: (&str, &str)) -> Self {
        let (kind, id) = object;
        let message = format!("{kind} {action}");
        Self {
            request_id: Some(trace.clone()),
            actor: Some(actor),
            ..Self::new(EntryId::of_trace(trace, 0), now, Level::Info, &message)
        }
        .with("action", action)
        .with("object", json!({ "type": kind, "id": id }))
    }

    /// The same entry with one more field.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }

    /// The entry under the seq that the stream gives it.
    #[must_use]
    pub fn at(self, seq: i64) -> Entry {
        let Self { id, ts, level, message, request_id, actor, route, status, duration_ms, fields } = self;
        Entry { id, ts, seq, level, message, request_id, actor, route, status, duration_ms, fields }
    }
}

/// What a stream is searched by; all that are set must hold, and an empty list of levels does not filter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LogFilter {
    /// Any of these levels; sorted and without duplicates.
    pub level: Vec<Level>,
    /// The message contains this, whatever the case.
    pub q: Option<SearchText>,
    /// Caused by this user.
    pub actor: Option<UserId>,
    /// Of this HTTP request.
    pub request_id: Option<TraceId>,
    /// Happened at or after.
    pub from: Option<Timestamp>,
    /// Happened before.
    pub to: Option<Timestamp>,
}

impl LogFilter {
    /// The scope that seals the cursors of this search in `stream`: the list, all of its filters and the viewer.
    #[must_use]
    pub fn scope(&self, stream: StreamName, viewer: &Caller) -> String {
        let mut scope = format!("logs/{stream};viewer={},{}", viewer.user.id, viewer.role);
        put_all(&mut scope, "level", &self.level);
        put(&mut scope, "q", self.q.as_ref());
        put(&mut scope, "actor", self.actor);
        put(&mut scope, "request_id", self.request_id.as_ref());
        put(&mut scope, "from", self.from.map(Timestamp::as_ms));
        put(&mut scope, "to", self.to.map(Timestamp::as_ms));
        scope
    }
}

fn one_line(message: &str) -> String {
    let breaks_a_line = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    message.chars().take(MAX_MESSAGE_CHARS).map(|c| if breaks_a_line(c) { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests;
