//! Sessions: how long one holds.

mod term;

pub use term::{ABSOLUTE_LIMIT_MS, IDLE_LIMIT_MS, Term};
