//! PostgreSQL: the client, and every line of PostgreSQL SQL of the product.
//!
//! From the outside in: `group` commits deliveries of many objects together, `batch` decides what goes into one transaction
//! and who is to blame when it is refused, `session` keeps one connection open behind a circuit breaker, `connection` speaks
//! pipelined extended queries, `handshake` signs in, `frame` turns bytes into messages, and `platform` is the little that
//! all of it needs of the machine: a byte stream and a clock. `statements` holds the SQL.
//!
//! Architecture invariant: only `socket` names `worker`. The rest compiles and is tested natively, byte for byte the same.

pub mod batch;
pub mod breaker;
pub mod connection;
pub mod error;
pub mod frame;
pub mod group;
pub mod handshake;
pub mod platform;
mod reply;
pub mod row;
pub mod session;
pub mod socket;
pub mod statement;
pub mod statements;
pub mod timer;
pub mod url;
mod wire;
