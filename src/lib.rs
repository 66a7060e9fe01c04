//! CepatEdge.
pub mod db;
