//! The rows that cross from outboxes to PostgreSQL and back: the domain's, under the name that statements use.

pub use crate::domain::sync::{AuditRow, EventRow, RequestRow, UserRow};
