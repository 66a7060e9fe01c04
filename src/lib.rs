//! CepatEdge.
