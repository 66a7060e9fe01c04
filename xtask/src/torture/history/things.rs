//! What happened to places and assets: each change that somebody wanted with its answers, and what is said of all in the end.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Moment;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    Place,
    Asset,
}

impl Thing {
    /// Where the API has them.
    pub fn path(self) -> &'static str {
        match self {
            Self::Place => "/api/locations",
            Self::Asset => "/api/assets",
        }
    }

    /// The code of the one that the write of this number makes: no two have the same, and none is given another.
    pub fn code(self, number: u64) -> String {
        match self {
            Self::Place => format!("P-{number}"),
            Self::Asset => format!("A-{number}"),
        }
    }
}

/// What somebody wanted of a place or an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    Make,
    Change,
    Delete,
}

/// A change that somebody wanted, however often it was sent.
#[derive(Clone, Debug)]
pub struct ThingWrite {
    /// Its number in the run.
    pub number: u64,
    pub thing: Thing,
    pub wish: Wish,
    /// Of which one; of one that is made, once it is known.
    pub id: Option<String>,
    pub body: Value,
    pub attempts: Vec<ThingAttempt>,
}

/// One sending of it that reached somebody.
#[derive(Clone, Debug)]
pub struct ThingAttempt {
    pub invoked: Moment,
    pub returned: Moment,
    pub outcome: ThingOutcome,
}

#[derive(Clone, Debug)]
pub enum ThingOutcome {
    /// Acknowledged, with the record as it was then; of a deletion nothing.
    Done(Value),
    Refused {
        status: u16,
        code: String,
    },
    /// It may have taken effect.
    Unknown(String),
}

/// What is said of all in the end.
#[derive(Clone, Debug, Default)]
pub struct Things {
    /// Each as PostgreSQL has it: `id`, `name`, `code`, `parent_id`, `location_id`, `ancestors`, `archived`, `status`, `version`.
    pub rows: BTreeMap<(Thing, String), Value>,
    /// Each as the API tells it, by id; the status where it does not.
    pub told: BTreeMap<(Thing, String), Result<Value, u16>>,
    /// The requests that are listed at each place and below.
    pub below: BTreeMap<String, BTreeSet<String>>,
}

impl ThingWrite {
    /// The acknowledgement.
    pub fn done(&self) -> Option<(&ThingAttempt, &Value)> {
        self.attempts.iter().find_map(|attempt| match &attempt.outcome {
            ThingOutcome::Done(record) => Some((attempt, record)),
            ThingOutcome::Refused { .. } | ThingOutcome::Unknown(_) => None,
        })
    }

    /// Whether it may have taken effect at least once without being known to have.
    pub fn has_been_unknown(&self) -> bool {
        self.attempts.iter().any(|attempt| matches!(attempt.outcome, ThingOutcome::Unknown(_)))
    }

    /// The version that it became.
    pub fn version(&self) -> Option<i64> {
        self.done().and_then(|(_, record)| record["version"].as_i64())
    }

    /// What was wanted, and what came of it.
    pub fn story(&self) -> String {
        let answers = self.attempts.iter().map(|attempt| match &attempt.outcome {
            ThingOutcome::Done(record) => format!("version {}", record["version"]),
            ThingOutcome::Refused { status, code } => format!("{status} {code}"),
            ThingOutcome::Unknown(why) => format!("unknown ({why})"),
        });
        format!("write {} {:?} {} -> {}", self.number, self.wish, self.body, answers.collect::<Vec<_>>().join(", "))
    }

    pub fn invoked(&self) -> Moment {
        self.attempts.first().map_or(0, |attempt| attempt.invoked)
    }
}
