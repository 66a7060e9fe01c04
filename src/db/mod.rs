//! PostgreSQL: every line of its SQL, the group commit of deliveries, and a Worker's socket for the client in `crates/pg`.
//!
//! `group` commits deliveries of many objects together, `batch` decides what goes into one transaction and who is to blame when
//! it is refused, `queries` is what others ask, `directory` finds users, `statements` holds the SQL, `edge` is the platform under the client.
//!
//! Architecture invariant: only `edge` names `worker`.

pub mod batch;
pub mod directory;
pub mod edge;
pub mod group;
pub mod queries;
pub mod query;
pub mod statements;
