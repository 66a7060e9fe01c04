//! What the cron trigger starts.

pub mod accounts;
pub mod audit;
pub mod news;
pub mod reconcile;
pub mod settings;
