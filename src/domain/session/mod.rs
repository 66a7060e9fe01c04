//! Sessions: how long one holds.

mod term;

pub use term::{SessionLimits, Term};
