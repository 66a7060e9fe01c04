//! What becomes of somebody whom a provider has vouched for: a pure rule.
//!
//! An account is found by its link with the identity. Where there is none yet, a verified address finds it, once: from then on whatever
//! becomes of the address, the link holds. Nobody comes in by an address that the provider has not verified.

use serde::{Deserialize, Serialize};

use super::token::{Claims, Verified};
use super::{IdentityRules, Newcomers, SignInProblem};
use base::time::Timestamp;

use crate::domain::user::{Email, Role, UserRow, UserStatus};

/// Whom PostgreSQL knows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The account that is linked with the identity.
    #[serde(default)]
    pub linked: Option<UserRow>,
    /// The account that has the address.
    #[serde(default)]
    pub addressed: Option<UserRow>,
    /// Whether that account is linked with another identity of this provider.
    #[serde(default)]
    pub is_taken: bool,
}

/// The way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// They have been here before.
    Enter(UserRow),
    /// Theirs is this account, which is linked now; an invited one is accepted by it.
    Link(UserRow, Email),
    /// They get an account.
    Join(Email, Role),
}

/// The address by which an account may be found, as long as there is no link.
///
/// # Errors
/// `NoAddress`, `Unverified`.
pub fn address<'c>(claims: &'c Claims, rules: &IdentityRules) -> Result<&'c Email, SignInProblem> {
    let email = claims.email.as_ref().ok_or(SignInProblem::NoAddress)?;
    match claims.verified {
        Verified::Yes => Ok(email),
        Verified::Unsaid if rules.trusts_addresses => Ok(email),
        Verified::Unsaid | Verified::No => Err(SignInProblem::Unverified),
    }
}

/// The way in for somebody.
///
/// # Errors
/// Why there is none. Who is disabled is told what somebody unknown is told.
pub fn decide(claims: &Claims, known: Known, rules: &IdentityRules) -> Result<Way, SignInProblem> {
    if let Some(user) = known.linked {
        return if user.status == UserStatus::Active { Ok(Way::Enter(user)) } else { Err(SignInProblem::NotInvited) };
    }
    let email = address(claims, rules)?;
    match known.addressed {
        Some(user) if user.status == UserStatus::Disabled => Err(SignInProblem::NotInvited),
        Some(_) if known.is_taken => Err(SignInProblem::OtherLink),
        Some(user) => Ok(Way::Link(user, email.clone())),
        None => {
            let role = role_of(email, rules).ok_or(SignInProblem::NotInvited)?;
            Ok(Way::Join(email.clone(), role))
        }
    }
}

/// Somebody who comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entered {
    /// Their account.
    pub user: UserRow,
    /// Whether nobody has been in it before.
    pub is_first: bool,
}

impl Entered {
    /// When they have proved who they are; none where that is now.
    ///
    /// A provider may have let them in by a session of its own: what counts is when they proved it there, and a provider that does not
    /// say so has proved nothing. Whoever comes in for the first time has nothing yet that a proof protects, and sets up their own.
    #[must_use]
    pub fn proved_at(&self, claims: &Claims, now: Timestamp) -> Option<Timestamp> {
        if self.is_first {
            return None;
        }
        let at_s = claims.auth_time_s.unwrap_or_default();
        Some(Timestamp::from_ms(at_s.saturating_mul(1_000)).min(now))
    }
}

fn role_of(email: &Email, rules: &IdentityRules) -> Option<Role> {
    let role = match rules.newcomers {
        Newcomers::InvitedOnly => return None,
        Newcomers::Requester => Role::Requester,
        Newcomers::Technician => Role::Technician,
    };
    let (_, domain) = email.as_str().split_once('@')?;
    rules.domains.split(", ").any(|allowed| allowed == domain).then_some(role)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use serde_json::json;

    use super::*;

    fn user(status: &str) -> UserRow {
        serde_json::from_value(json!({
            "id": "00000000-0000-0000-0000-000000000004", "org_id": "default", "email": "maya@melati.example", "name": "Maya",
            "role": "technician", "status": status, "created_at": 0,
        }))
        .unwrap()
    }

    fn claims(email: &str, verified: Verified) -> Claims {
        Claims { subject: "s".into(), email: Email::parse(email).ok(), verified, name: None, auth_time_s: None }
    }

    fn maya() -> Claims {
        claims("maya@melati.example", Verified::Yes)
    }

    fn rules(newcomers: Newcomers) -> IdentityRules {
        IdentityRules { newcomers, domains: "melati.example, b.co".into(), ..IdentityRules::default() }
    }

    #[test]
    fn a_link_is_enough_whatever_became_of_the_address() {
        let linked = |status: &str| Known { linked: Some(user(status)), ..Known::default() };
        for said in [claims("", Verified::Unsaid), claims("other@evil.example", Verified::No), maya()] {
            let way = decide(&said, linked("active"), &IdentityRules::default());
            assert_eq!(way, Ok(Way::Enter(user("active"))));
        }
        for status in ["disabled", "invited"] {
            assert_eq!(decide(&maya(), linked(status), &IdentityRules::default()), Err(SignInProblem::NotInvited));
        }
    }

    #[test]
    fn who_was_let_in_by_a_session_of_the_providers_has_proved_nothing_just_now() {
        let now = Timestamp::from_ms(1_795_000_000_000);
        let at = |auth_time_s, is_first| {
            let entered = Entered { user: user("active"), is_first };
            entered.proved_at(&Claims { auth_time_s, ..maya() }, now)
        };
        assert_eq!(at(Some(1_794_999_000), false), Some(now.plus_ms(-1_000_000)));
        assert_eq!(at(Some(1_795_000_040), false), Some(now), "their clock is ahead");
        assert_eq!(at(None, false), Some(Timestamp::from_ms(0)), "unsaid is long ago");
        for auth_time_s in [None, Some(1)] {
            assert_eq!(at(auth_time_s, true), None);
        }
    }

    #[test]
    fn an_account_is_found_by_a_verified_address_alone() {
        let addressed = |status: &str, is_taken| Known { linked: None, addressed: Some(user(status)), is_taken };
        for status in ["active", "invited"] {
            let way = decide(&maya(), addressed(status, false), &IdentityRules::default());
            assert!(matches!(way, Ok(Way::Link(found, _)) if found == user(status)));
        }
        let refused = |claims: &Claims, known| decide(claims, known, &IdentityRules::default()).unwrap_err();
        assert_eq!(refused(&maya(), addressed("disabled", false)), SignInProblem::NotInvited);
        assert_eq!(refused(&maya(), addressed("active", true)), SignInProblem::OtherLink);
        for verified in [Verified::No, Verified::Unsaid] {
            let said = claims("maya@melati.example", verified);
            assert_eq!(refused(&said, addressed("active", false)), SignInProblem::Unverified);
        }
        assert_eq!(refused(&claims("", Verified::Yes), Known::default()), SignInProblem::NoAddress);
    }

    #[test]
    fn a_trusted_provider_may_be_silent_but_a_no_is_a_no() {
        let trusting = IdentityRules { trusts_addresses: true, ..IdentityRules::default() };
        let known = || Known { addressed: Some(user("active")), ..Known::default() };
        assert!(decide(&claims("maya@melati.example", Verified::Unsaid), known(), &trusting).is_ok());
        let no = decide(&claims("maya@melati.example", Verified::No), known(), &trusting);
        assert_eq!(no, Err(SignInProblem::Unverified));
    }

    #[test]
    fn whom_nobody_invited_joins_from_an_allowed_domain_if_the_organisation_wants_it() {
        let join = |email: &str, rules: &IdentityRules| decide(&claims(email, Verified::Yes), Known::default(), rules);
        let role = |way: Result<Way, SignInProblem>| match way {
            Ok(Way::Join(_, role)) => Some(role),
            Err(SignInProblem::NotInvited) => None,
            other => panic!("{other:?}"),
        };
        assert_eq!(role(join("new@melati.example", &rules(Newcomers::Requester))), Some(Role::Requester));
        assert_eq!(role(join("new@b.co", &rules(Newcomers::Technician))), Some(Role::Technician));
        assert_eq!(role(join("new@melati.example", &rules(Newcomers::InvitedOnly))), None);
        for other in [
            "new@evil.example",
            "new@sub.melati.example",
            "new@melati.example.evil.example",
            "new@o.melati",
            "new@xb.co",
        ] {
            assert_eq!(role(join(other, &rules(Newcomers::Requester))), None, "{other}");
        }
        let nowhere = IdentityRules { newcomers: Newcomers::Requester, ..IdentityRules::default() };
        assert_eq!(role(join("new@melati.example", &nowhere)), None, "no domain is not every domain");
    }
}
