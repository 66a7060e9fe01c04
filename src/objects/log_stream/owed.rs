//! Whom a stream owes its entries.

use base::words;
use durable::outbox;

words! {
    /// Whom a stream's entries go to; only those of `audit` go anywhere.
    pub enum Destination: "destination" {
        /// The copy of the audit, through a DatabaseObject.
        Postgres = "postgres",
    }
}

impl outbox::Destination for Destination {
    const ALL: &'static [Self] = Self::ALL;
}
