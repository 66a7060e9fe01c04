//! What people write about a request: texts and a number, each parsed at the edge into a type of its own.

use base::refusal::Refusal;
use base::text::Lines;
use base::text_type;
use serde::{Deserialize, Serialize};

text_type! {
    /// Why a request is rejected, held, reopened or cancelled, 1 to 2,000 characters.
    Reason, "reason", 1..=2_000, Lines::Many
}

text_type! {
    /// What was done about it, 1 to 5,000 characters.
    Resolution, "resolution", 1..=5_000, Lines::Many
}

text_type! {
    /// A comment, 1 to 10,000 characters.
    CommentBody, "body", 1..=10_000, Lines::Many
}

/// How satisfied the requester is, 1 to 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64")]
pub struct Rating(u8);

impl Rating {
    /// The number of stars.
    #[must_use]
    pub const fn stars(self) -> u8 {
        self.0
    }
}

impl TryFrom<i64> for Rating {
    type Error = Refusal;

    fn try_from(stars: i64) -> Result<Self, Self::Error> {
        match u8::try_from(stars) {
            Ok(stars @ 1..=5) => Ok(Self(stars)),
            Ok(_) | Err(_) => {
                Err(Refusal::invalid("rating", "out_of_range", "A rating is a whole number from 1 to 5."))
            }
        }
    }
}
