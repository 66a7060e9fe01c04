//! What the cron trigger starts.

pub mod accounts;
pub mod audit;
pub mod files;
pub mod news;
pub mod places;
pub mod reconcile;
pub mod settings;
