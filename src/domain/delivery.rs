//! What an object sends to PostgreSQL at once.
//!
//! A row's field names are column names and its times are integer milliseconds, because a batch of rows becomes one JSON array that
//! PostgreSQL takes apart itself. Releases mix while one is rolled out: fields are added with a default, never renamed.

use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use super::log::AuditRow;
use super::request::{EventRow, RequestId, RequestRow};

/// What one object sends at once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Delivery {
    /// The snapshot of a request.
    pub request: Option<RequestRow>,
    /// Events of its timeline, oldest first.
    pub events: Vec<EventRow>,
    /// Entries of the audit stream, oldest first.
    pub audit: Vec<AuditRow>,
}

/// A delivery as JSON: written once, by the object that owes it, and read by PostgreSQL alone. Whoever passes it on looks
/// into it no further than he must.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Packed {
    /// See [`Delivery::request`].
    #[serde(default)]
    pub request: Option<Box<RawValue>>,
    /// See [`Delivery::events`].
    #[serde(default)]
    pub events: Vec<Box<RawValue>>,
    /// See [`Delivery::audit`].
    #[serde(default)]
    pub audit: Vec<Box<RawValue>>,
}

impl Packed {
    /// Writes the rows of a delivery.
    ///
    /// # Errors
    /// Those of `serde_json`; no row causes one.
    pub fn new(delivery: &Delivery) -> Result<Self, serde_json::Error> {
        let Delivery { request, events, audit } = delivery;
        Ok(Self {
            request: request.as_ref().map(to_raw_value).transpose()?,
            events: written(events)?,
            audit: written(audit)?,
        })
    }

    /// Writes entries of the audit stream alone.
    ///
    /// # Errors
    /// As [`Packed::new`].
    pub fn of_audit(rows: &[AuditRow]) -> Result<Self, serde_json::Error> {
        Ok(Self { audit: written(rows)?, ..Self::default() })
    }

    /// How many rows it has.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.texts().count()
    }

    /// How many bytes of JSON it has.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.texts().map(|row| row.get().len()).sum()
    }

    /// The request and its version, if its snapshot is in it.
    #[must_use]
    pub fn about(&self) -> Option<(RequestId, i64)> {
        #[derive(Deserialize)]
        struct About {
            id: RequestId,
            version: i64,
        }
        let about: About = base::json::from_str(self.request.as_ref()?.get()).ok()?;
        Some((about.id, about.version))
    }

    fn texts(&self) -> impl Iterator<Item = &RawValue> {
        self.request.iter().chain(&self.events).chain(&self.audit).map(Box::as_ref)
    }
}

fn written<T: Serialize>(rows: &[T]) -> Result<Vec<Box<RawValue>>, serde_json::Error> {
    rows.iter().map(to_raw_value).collect()
}

#[cfg(test)]
mod tests;
