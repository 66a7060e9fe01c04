//! Who must have a second factor, and how long a proof lasts: pure.

use base::time::Timestamp;
use base::words;

use crate::domain::user::Role;

words! {
    /// Who must have a second factor.
    pub enum Required: "group of people" {
        /// Nobody must; everybody may.
        Nobody = "nobody",
        /// Admins.
        Admins = "admins",
        /// Managers and admins.
        Managers = "managers",
        /// Everybody who has an address: whoever has a user name may share a device, and have none of their own.
        Everybody = "everybody",
    }
}

impl Required {
    /// Whether somebody in this role must have one, who signs in with this.
    #[must_use]
    pub fn of(self, role: Role, login: &str) -> bool {
        match self {
            Self::Nobody => false,
            Self::Admins => role == Role::Admin,
            Self::Managers => matches!(role, Role::Manager | Role::Admin),
            Self::Everybody => login.contains('@'),
        }
    }
}

/// Whether what was proved at `proved_at` is proved still, where that lasts for `fresh_ms`. A clock that went back makes nothing stale.
#[must_use]
pub fn is_fresh(proved_at: Timestamp, fresh_ms: i64, now: Timestamp) -> bool {
    now.ms_since(proved_at) <= fresh_ms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_names_its_people() {
        let address = "ani@melati.test";
        let of = |required: Required| Role::ALL.iter().filter(|role| required.of(**role, address)).count();
        assert_eq!(Required::ALL.iter().map(|required| of(*required)).collect::<Vec<_>>(), [0, 1, 2, Role::ALL.len()]);
        // Whoever has a user name alone is spared by the widest word, and not by the others.
        assert!(!Required::Everybody.of(Role::Technician, "budi"));
        assert!(Required::Managers.of(Role::Manager, "budi"));
    }

    #[test]
    fn a_proof_lasts_for_its_minutes() {
        let at = |ms: i64| Timestamp::from_ms(1_795_000_000_000).plus_ms(ms);
        for (later_ms, is_still) in [(0, true), (600_000, true), (600_001, false), (-86_400_000, true)] {
            assert_eq!(is_fresh(at(0), 600_000, at(later_ms)), is_still, "{later_ms}");
        }
    }
}
