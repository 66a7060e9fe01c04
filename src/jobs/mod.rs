//! What the cron trigger starts.

pub mod accounts;
pub mod audit;
pub mod reconcile;
pub mod settings;
