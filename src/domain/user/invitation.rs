//! An invitation: a link that lets somebody in, once.

use base::refusal::Refusal;
use base::time::{Timestamp, rfc3339};
use base::words;
use serde::{Deserialize, Serialize};

use crate::domain::Role;
use crate::domain::mailed::Mailed;
use crate::domain::user::UserStatus;

/// So long an invitation may be accepted, in milliseconds: a week.
pub const INVITATION_LASTS_MS: i64 = 7 * 24 * 60 * 60 * 1_000;

words! {
    /// Whether a link still does what it is for.
    pub enum LinkState: "link state" {
        /// It does.
        Open = "open",
        /// It did, once.
        Used = "used",
        /// A newer one holds.
        Replaced = "replaced",
        /// It came to its end.
        Expired = "expired",
        /// Whom it was for may not come in any more.
        Withdrawn = "withdrawn",
    }
}

impl LinkState {
    /// What the times of a link make of it at `now`.
    pub(super) fn of(
        used_at: Option<Timestamp>,
        replaced_at: Option<Timestamp>,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Self {
        if used_at.is_some() {
            Self::Used
        } else if replaced_at.is_some() {
            Self::Replaced
        } else if now >= expires_at {
            Self::Expired
        } else {
            Self::Open
        }
    }
}

/// An invitation as PostgreSQL has it, with what its holder is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Whom it lets in: their address, where they have one.
    #[serde(default)]
    pub email: Option<String>,
    /// The user name of whoever has no address.
    #[serde(default)]
    pub username: Option<String>,
    /// What they are called so far.
    #[serde(default)]
    pub name: String,
    /// What they will be.
    pub role: Role,
    /// Whether they may come in.
    pub status: UserStatus,
    /// What the organisation is called.
    pub organisation: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was accepted.
    #[serde(default)]
    pub used_at: Option<Timestamp>,
    /// Since when a newer one holds.
    #[serde(default)]
    pub replaced_at: Option<Timestamp>,
}

impl Invitation {
    /// Whether it may be accepted at `now`.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> LinkState {
        if self.used_at.is_some() || self.status == UserStatus::Active {
            LinkState::Used
        } else if self.status == UserStatus::Disabled {
            LinkState::Withdrawn
        } else {
            LinkState::of(self.used_at, self.replaced_at, self.expires_at, now)
        }
    }

    /// Why it may not be accepted in a state.
    ///
    /// # Errors
    /// `Conflict` with `invitation_used`, `invitation_replaced`, `invitation_expired`, or `invitation_withdrawn`.
    pub fn check(state: LinkState) -> Result<(), Refusal> {
        let (code, detail) = match state {
            LinkState::Open => return Ok(()),
            LinkState::Used => ("invitation_used", "This invitation has been accepted. Sign in."),
            LinkState::Replaced => ("invitation_replaced", "There is a newer link for this invitation."),
            LinkState::Expired => ("invitation_expired", "This invitation has expired. Ask for another."),
            LinkState::Withdrawn => ("invitation_withdrawn", "This invitation has been withdrawn."),
        };
        Err(Refusal::conflict(code, detail))
    }
}

/// The last invitation of somebody who has not accepted one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// When it ends.
    pub expires_at: Timestamp,
    /// When its holder asked for another.
    #[serde(default)]
    pub asked_at: Option<Timestamp>,
    /// What became of the mail with its link.
    #[serde(default)]
    pub mailed: Option<Mailed>,
}

/// [`Pending`], as the API shows it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PendingShown {
    /// When it ends.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
    /// When its holder asked for another, if they did.
    #[serde(with = "rfc3339::option")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime, required = true))]
    pub asked_at: Option<Timestamp>,
    /// What became of the mail with its link; null where none was sent, since mail is off.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub mailed: Option<Mailed>,
}

impl From<Pending> for PendingShown {
    fn from(Pending { expires_at, asked_at, mailed }: Pending) -> Self {
        Self { expires_at, asked_at, mailed }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(ms)
    }

    #[test]
    fn an_invitation_is_open_until_something_ended_it_and_the_end_that_helps_most_is_told() {
        let open = Invitation {
            email: Some("maya@example.com".into()),
            username: None,
            name: "maya".into(),
            role: Role::Technician,
            status: UserStatus::Invited,
            organisation: "Hotel Melati".into(),
            expires_at: at(100),
            used_at: None,
            replaced_at: None,
        };
        assert_eq!(open.state(at(99)), LinkState::Open);
        assert_eq!(open.state(at(100)), LinkState::Expired);
        let replaced = Invitation { replaced_at: Some(at(5)), ..open.clone() };
        assert_eq!(replaced.state(at(200)), LinkState::Replaced);
        let disabled = Invitation { status: UserStatus::Disabled, ..replaced.clone() };
        assert_eq!(disabled.state(at(6)), LinkState::Withdrawn);
        // Whoever accepted through the newer link, and looks at the old one.
        let active = Invitation { status: UserStatus::Active, ..replaced };
        assert_eq!(active.state(at(6)), LinkState::Used);
        for state in LinkState::ALL {
            assert_eq!(Invitation::check(*state).is_ok(), *state == LinkState::Open, "{state}");
        }
    }
}
