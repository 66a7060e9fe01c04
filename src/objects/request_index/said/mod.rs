//! What was said about requests, and what a search finds by.

pub mod store;
