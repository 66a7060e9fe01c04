//! A reset: a link that sets a new password, once.

use base::refusal::Refusal;
use base::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::{LinkState, UserRow, UserStatus};

/// So long a reset may be used, in milliseconds: an hour.
pub const RESET_LASTS_MS: i64 = 60 * 60 * 1_000;

/// A reset as PostgreSQL has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reset {
    /// Whose password it sets.
    pub user: UserRow,
    /// What the organisation is called.
    pub organisation: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was used.
    #[serde(default)]
    pub used_at: Option<Timestamp>,
    /// Since when a newer one holds, or another password.
    #[serde(default)]
    pub replaced_at: Option<Timestamp>,
}

impl Reset {
    /// Whether it may be used at `now`.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> LinkState {
        if self.user.status != UserStatus::Active {
            LinkState::Withdrawn
        } else {
            LinkState::of(self.used_at, self.replaced_at, self.expires_at, now)
        }
    }

    /// Why it may not be used in a state.
    ///
    /// # Errors
    /// `Conflict` with `reset_used`, `reset_replaced`, `reset_expired`, or `reset_withdrawn`.
    pub fn check(state: LinkState) -> Result<(), Refusal> {
        let (code, detail) = match state {
            LinkState::Open => return Ok(()),
            LinkState::Used => ("reset_used", "This link has been used. Sign in with the new password."),
            LinkState::Replaced => ("reset_replaced", "There is a newer link, or the password was changed since."),
            LinkState::Expired => ("reset_expired", "This link has expired. Ask for another."),
            LinkState::Withdrawn => ("reset_withdrawn", "This account cannot sign in."),
        };
        Err(Refusal::conflict(code, detail))
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::domain::Role;

    #[test]
    fn a_reset_is_open_for_an_hour_until_something_ended_it() {
        let at = Timestamp::from_ms;
        let user = UserRow {
            id: "00000000-0000-0000-0000-000000000004".parse().unwrap(),
            org_id: "default".parse().unwrap(),
            email: None,
            username: Some("budi".into()),
            name: "Budi".into(),
            role: Role::Technician,
            status: UserStatus::Active,
            password_hash: None,
            created_at: at(0),
            version: Some(1),
            factors: Vec::new(),
        };
        let open = Reset {
            user: user.clone(),
            organisation: "Hotel Melati".into(),
            expires_at: at(RESET_LASTS_MS),
            used_at: None,
            replaced_at: None,
        };
        assert_eq!(open.state(at(RESET_LASTS_MS - 1)), LinkState::Open);
        assert_eq!(open.state(at(RESET_LASTS_MS)), LinkState::Expired);
        let replaced = Reset { replaced_at: Some(at(1)), ..open.clone() };
        assert_eq!(replaced.state(at(RESET_LASTS_MS)), LinkState::Replaced);
        assert_eq!(Reset { used_at: Some(at(1)), ..replaced }.state(at(2)), LinkState::Used);
        for status in [UserStatus::Disabled, UserStatus::Invited] {
            let user = UserRow { status, ..user.clone() };
            assert_eq!(Reset { user, ..open.clone() }.state(at(2)), LinkState::Withdrawn);
        }
        for state in LinkState::ALL {
            assert_eq!(Reset::check(*state).is_ok(), *state == LinkState::Open, "{state}");
        }
    }
}
