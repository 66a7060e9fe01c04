//! What the cron trigger starts.

pub mod audit;
pub mod reconcile;
pub mod settings;
