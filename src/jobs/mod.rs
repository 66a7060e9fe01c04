//! What the cron trigger starts.

pub mod reconcile;
