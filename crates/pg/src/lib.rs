//! A PostgreSQL client for one connection in an event loop, on `postgres-protocol`.
//!
//! From the outside in: [`session`] keeps one connection open behind a circuit [`breaker`], [`connection`] speaks
//! pipelined extended queries, [`handshake`] signs in, [`frame`] turns bytes into messages, and [`platform`] is the little that
//! all of it needs of the machine: a byte stream and a clock.
//!
//! Architecture invariant: no line of SQL of a product and no platform is named here; it is tested natively, byte for byte the same.

pub mod breaker;
pub mod connection;
pub mod error;
pub mod frame;
pub mod handshake;
pub mod platform;
mod reply;
pub mod row;
pub mod session;
pub mod statement;
pub mod url;
mod wire;
