//! CepatEdge.

pub mod domain;
