//! What somebody has begun to write, kept for their other devices until it is sent or thrown away. Its words are theirs alone:
//! they are in no log and no audit trail, and nobody else can ask for them.

use base::refusal::Refusal;
use base::time::Timestamp;
use base::uuid_id;
use serde::{Deserialize, Serialize};

uuid_id! {
    /// A draft, chosen by the app that writes it.
    DraftId, "draft id"
}

/// So many drafts a person has; the one that was untouched for longest goes first.
pub const MOST_DRAFTS: usize = 100;

/// A draft that nobody touched goes after 30 days, in milliseconds.
pub const DRAFT_LASTS_MS: i64 = 30 * 24 * 60 * 60 * 1_000;

/// The longest words of a draft, in bytes: the longest report, and what surrounds it.
pub const DRAFT_MAX_BYTES: usize = 64 * 1_024;

/// The longest name of the place where it is written, in bytes.
const SCOPE_MAX_BYTES: usize = 120;

/// A clock may be ahead of ours by so much, in milliseconds.
const AHEAD_MS: i64 = 5 * 60 * 1_000;

/// A draft as it was last written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The draft.
    pub id: DraftId,
    /// Where it is written, for example `comment:<request>`.
    pub scope: String,
    /// What was written, as the app keeps it: opaque here.
    pub body: String,
    /// When, by the clock of the device.
    pub updated_at: Timestamp,
}

impl Draft {
    /// The draft, if it may be kept.
    ///
    /// # Errors
    /// `Invalid`: the scope is empty, longer than 120 characters or not of `a-z 0-9 : -`; the body is longer than 64 KiB; it was
    /// written more than 5 minutes after `now`.
    pub fn checked(self, now: Timestamp) -> Result<Self, Refusal> {
        let is_of_scope = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b':' | b'-');
        if self.scope.is_empty() || self.scope.len() > SCOPE_MAX_BYTES || !self.scope.bytes().all(is_of_scope) {
            return Err(Refusal::invalid("scope", "malformed", "scope is 1 to 120 of a-z, 0-9, : and -."));
        }
        if self.body.len() > DRAFT_MAX_BYTES {
            return Err(Refusal::invalid("body", "too_long", "body may have at most 65536 bytes."));
        }
        if self.updated_at.as_ms() > now.as_ms() + AHEAD_MS {
            return Err(Refusal::invalid("updated_at", "in_future", "updated_at is more than 5 minutes ahead."));
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> Draft {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
        Draft { id, scope: "comment:1-a".into(), body: "{}".into(), updated_at: Timestamp::from_ms(0) }
    }

    fn field_of(draft: Draft) -> Option<String> {
        match draft.checked(Timestamp::from_ms(0)) {
            Ok(_) => None,
            Err(Refusal::Invalid { field, .. }) => Some(field),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn what_may_be_kept_has_its_limits() {
        assert_eq!(field_of(draft()), None);
        let body = |bytes: usize| Draft { body: "a".repeat(bytes), ..draft() };
        assert_eq!(field_of(body(DRAFT_MAX_BYTES)), None);
        assert_eq!(field_of(body(DRAFT_MAX_BYTES + 1)).as_deref(), Some("body"));
        for scope in [String::new(), "Comment".into(), "a b".into(), "a".repeat(121), "ä".into()] {
            assert_eq!(field_of(Draft { scope, ..draft() }).as_deref(), Some("scope"));
        }
        let at = |ms: i64| Draft { updated_at: Timestamp::from_ms(ms), ..draft() };
        assert_eq!(field_of(at(AHEAD_MS)), None);
        assert_eq!(field_of(at(AHEAD_MS + 1)).as_deref(), Some("updated_at"));
    }
}
