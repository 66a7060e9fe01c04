//! What changed of one value of a request: what it was and what it is, as an event keeps both.

use serde::{Deserialize, Serialize};

/// A changed value, before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Change<T> {
    /// Before.
    pub from: T,
    /// After.
    pub to: T,
}

impl<T: Clone + PartialEq> Change<T> {
    /// The change of `from` into `to`, if there is one.
    #[must_use]
    pub fn of(from: &T, to: Option<T>) -> Option<Self> {
        to.filter(|to| to != from).map(|to| Self { from: from.clone(), to })
    }

    /// Makes the change, if there is one.
    pub fn make(change: Option<&Self>, place: &mut T) {
        if let Some(change) = change {
            place.clone_from(&change.to);
        }
    }
}
