//! The contract of the RequestIndexObject: an organisation's request summaries, in order of time.

use base::cursor::Position;
use base::ids::{OrgId, UserId};
use base::page::Limit;
use base::time::Timestamp;
use durable::Key;
use durable::actor_api;
use durable::page::Page;
use serde::{Deserialize, Serialize};

use crate::domain::place::{PlaceId, PlaceLabel};
use crate::domain::request::RequestId;
use crate::domain::request::{ListFilter, Moment};
use crate::domain::request::{Searched, Summary};
use crate::objects::context::CallContext;

/// Names an organisation's index: `{org}`. It may be split by hash of the request once it is too large.
#[derive(Clone, Debug)]
pub struct IndexKey {
    /// The organisation.
    pub org: OrgId,
}

impl Key for IndexKey {
    fn name(&self) -> String {
        self.org.to_string()
    }

    fn parse(name: &str) -> Option<Self> {
        Some(IndexKey { org: name.parse().ok()? })
    }
}

actor_api! {
    /// The summaries of an organisation's requests: lists, live lists, human numbers.
    actor RequestIndex { binding: "REQUEST_INDEX", context: CallContext, key: IndexKey, watch: Watch }

    /// Takes a summary, unless it has a newer one; gives the request its number the first time.
    upsert(Upsert) -> Upserted;
    /// A page of summaries.
    list(List) -> Page;
    /// Requests in order of their last change, for the reconciler.
    versions(Versions) -> Vec<IndexedVersion>;
    /// Work of somebody that has begun or waits to begin, in no order.
    open_work(OpenWork) -> Vec<IndexedVersion>;
    /// The index in numbers.
    stats(Stats) -> IndexStats;
    /// Where the reconciler got to; `Some` moves it first.
    watermark(Watermark) -> Option<Position>;
    /// Learns of the tree of places what is new, and answers with the count of its changes that it then knows.
    learn_places(LearnPlaces) -> i64;
    /// What places are called; those that it does not know are not among them.
    name_places(NamePlaces) -> Vec<NamedPlace>;
    /// How many open requests are at each of some places or below, in their order.
    open_at(OpenAt) -> Vec<i64>;
}

/// A live viewer of the list sees the summaries of `only`'s requests, or all that the role may see.
#[derive(Debug, Serialize, Deserialize)]
pub struct Watch {
    /// Restricts the view to the requests of one user. A requester is restricted to his own in any case.
    #[serde(default)]
    pub only: Option<UserId>,
}

/// See [`Handler::upsert`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Upsert {
    /// The summary. Its `number` counts only when the index does not know the request: one that it got from an index
    /// that was lost since stays, if nobody else has it.
    pub summary: Summary,
    /// Raised only by a restore; a higher epoch wins over any version.
    #[serde(default)]
    pub epoch: i64,
    /// The last event that is not internal, if internal ones are behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_public: Option<Moment>,
    /// What else is searched; a release before this one does not tell it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub searched: Option<Searched>,
    /// What was said since the index heard of it last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub said: Vec<Said>,
}

/// A comment, as it is searched.
#[derive(Debug, Serialize, Deserialize)]
pub struct Said {
    /// The event's seq.
    pub seq: i64,
    /// Whether the requester may see it.
    pub public: bool,
    /// The beginning of it.
    pub text: String,
}

/// The number of a request.
#[derive(Debug, Serialize, Deserialize)]
pub struct Upserted {
    /// For example `MR-000123`.
    pub number: String,
}

/// See [`Handler::list`].
#[derive(Debug, Serialize, Deserialize)]
pub struct List {
    /// Which requests, in which order.
    pub filter: ListFilter,
    /// Only requests of this user. A requester is restricted to his own in any case.
    #[serde(default)]
    pub only: Option<UserId>,
    /// Rows behind this one only. Where no index answers all of the filters, a page looks at 10,000 rows at most: it may
    /// then be short, even empty, and still say where to go on.
    #[serde(default)]
    pub after: Option<Position>,
    /// At most so many.
    pub limit: Limit,
    /// Whether to count all that match, whatever the page.
    #[serde(default)]
    pub total: bool,
}

/// See [`Handler::versions`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Versions {
    /// Behind this one only: the `updated_at` and the id of a request.
    #[serde(default)]
    pub after: Option<Position>,
    /// Last changed before this moment only.
    pub changed_before: Timestamp,
    /// At most so many.
    pub limit: u32,
}

/// See [`Handler::open_work`].
#[derive(Debug, Serialize, Deserialize)]
pub struct OpenWork {
    /// Whose.
    pub assignee: UserId,
    /// At most so many.
    pub limit: u32,
}

/// The version of a request that the index has.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IndexedVersion {
    /// The request.
    pub id: RequestId,
    /// Its epoch.
    pub epoch: i64,
    /// Its version.
    pub version: i64,
    /// Its last change.
    pub updated_at: Timestamp,
}

/// See [`Handler::stats`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Stats {}

/// The index in numbers.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IndexStats {
    /// Requests it has.
    pub requests: i64,
    /// Requests per status, in the order of the state table.
    pub by_status: Vec<(String, i64)>,
    /// Live viewers.
    pub viewers: u32,
    /// Size in bytes.
    pub storage_bytes: i64,
}

/// See [`Handler::watermark`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Watermark {
    /// Where the reconciler now is.
    #[serde(default)]
    pub reached: Option<Position>,
}

/// See [`Handler::learn_places`].
#[derive(Debug, Serialize, Deserialize)]
pub struct LearnPlaces {
    /// The places as they are now, a JSON array of `id`, `parent`, `name`, `archived` and `merged_into`.
    #[serde(default)]
    pub places: String,
    /// The count of changes with these; 0 only asks.
    #[serde(default)]
    pub through: i64,
}

/// See [`Handler::name_places`].
#[derive(Debug, Serialize, Deserialize)]
pub struct NamePlaces {
    /// The places.
    pub ids: Vec<PlaceId>,
}

/// A place that a body names, as the index knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedPlace {
    /// The id that was asked for.
    pub asked: PlaceId,
    /// What it is called, or what the place is called that it became a part of.
    pub label: PlaceLabel,
    /// Whether it, or a place that it is in, is not to be named any more.
    #[serde(default)]
    pub archived: bool,
}

/// See [`Handler::open_at`].
#[derive(Debug, Serialize, Deserialize)]
pub struct OpenAt {
    /// The places.
    pub places: Vec<PlaceId>,
}
