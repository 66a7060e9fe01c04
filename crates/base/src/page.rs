//! Keyset pagination: how many items a page has. The position is [`super::cursor`]'s matter.

use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;

/// How long the pages of one list are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize {
    /// So many items unless told.
    pub usual: u32,
    /// At most so many.
    pub most: u32,
}

impl PageSize {
    /// Of a list whose items cost next to nothing.
    pub const USUAL: PageSize = PageSize { usual: 50, most: Limit::MAX };
    /// Of a list that is read to its end.
    pub const WHOLE: PageSize = PageSize { usual: Limit::MAX, most: Limit::MAX };
}

/// How many items one page may have: 1 to 200; a list may stay below that ([`PageSize`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32")]
pub struct Limit(u32);

impl Limit {
    /// The least.
    pub const MIN: u32 = 1;
    /// The most.
    pub const MAX: u32 = 200;

    /// Parses the `limit` of a query string, for a list of the usual size.
    ///
    /// # Errors
    /// As [`Limit::parse_within`].
    pub fn parse(text: Option<&str>) -> Result<Self, Refusal> {
        Self::parse_within(text, PageSize::USUAL)
    }

    /// Parses the `limit` of a query string; without one it is what the list has usually.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming `limit`: `malformed` if it is not a whole number, `out_of_range` if it is not 1 to the
    /// most that the list has.
    pub fn parse_within(text: Option<&str>, size: PageSize) -> Result<Self, Refusal> {
        let Some(text) = text else {
            return Self::within(size.usual, size.most);
        };
        let digits = text.strip_prefix('-').unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Refusal::invalid("limit", "malformed", "limit is not a whole number."));
        }
        // What does not fit is negative or far too large; either way it is out of range.
        Self::within(text.parse::<u32>().unwrap_or(0), size.most)
    }

    fn within(limit: u32, most: u32) -> Result<Self, Refusal> {
        let most = most.min(Self::MAX);
        if (Self::MIN..=most).contains(&limit) {
            Ok(Self(limit))
        } else {
            Err(Refusal::invalid("limit", "out_of_range", format!("limit is a whole number from 1 to {most}.")))
        }
    }

    /// The number of items.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(PageSize::USUAL.usual)
    }
}

impl TryFrom<u32> for Limit {
    type Error = Refusal;

    fn try_from(limit: u32) -> Result<Self, Self::Error> {
        Self::within(limit, Self::MAX)
    }
}

#[cfg(test)]
mod tests;
