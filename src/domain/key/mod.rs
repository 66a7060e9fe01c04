//! API keys: what lets a program in on somebody's behalf, what it may do, and how long.
//!
//! A key is its owner or less: it has the owner's role and, of what that role may, only what its scopes name.

mod secret;

use base::ids::{KeyId, SessionName};
use base::refusal::Refusal;
use base::text::{Lines, parse_value};
use base::time::Timestamp;
use base::{text_type, words};
use serde::{Deserialize, Serialize};

use crate::domain::user::{Person, Role, UserStatus, Via};

pub use secret::{KeySecret, NotOurs};

/// The most keys that one person has at a time.
pub const MOST_KEYS: u32 = 20;

/// The longest that a key holds, in days: a year. There are no endless ones.
pub const LONGEST_DAYS: u32 = 365;

/// The longest that the secret of before holds beside a new one, in hours: a week.
pub const LONGEST_OVERLAP_HOURS: u32 = 7 * 24;

/// So long an expired key stays on the lists, in milliseconds: 30 days. Whoever looks why a program has stopped finds it.
pub const SHOWN_AFTER_END_MS: i64 = 30 * 24 * 60 * 60 * 1_000;

/// So many days before a key ends its owner is told, the first one first.
pub const TOLD_DAYS: [u32; 2] = [14, 2];

/// Use is written down at most so often, in milliseconds: once a minute.
pub const USE_STEP_MS: i64 = 60_000;

words! {
    /// What a key may do.
    pub enum Scope: "scope" {
        /// Read what its owner may read.
        Read = "read",
        /// Report faults, comment, edit one's own reports.
        Report = "report",
        /// Take steps with requests: approve, assign, start, complete and the others.
        Work = "work",
        /// Operate the system and administer people: a key of an admin's alone.
        Operate = "operate",
    }
}

text_type! {
    /// What a key is called, 1 to 60 characters.
    KeyName, "name", 1..=60, Lines::One
}

/// Reads the scopes that a key of an owner in this role is to have; in their order, each once.
///
/// # Errors
/// `Invalid` naming `scopes`: `required`, `unknown_value`, or `not_yours` for `operate` where the owner is no admin.
pub fn scopes(texts: &[String], role: Role) -> Result<Vec<Scope>, Refusal> {
    let mut scopes =
        texts.iter().map(|text| parse_value::<Scope>("scopes", text)).collect::<Result<Vec<_>, Refusal>>()?;
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() {
        return Err(Refusal::invalid("scopes", "required", "A key may do something: choose a scope."));
    }
    if scopes.contains(&Scope::Operate) && role != Role::Admin {
        return Err(Refusal::invalid("scopes", "not_yours", "Only a key of an admin can have this scope."));
    }
    Ok(scopes)
}

/// A number of `field` that a body has, or its default.
///
/// # Errors
/// `Invalid` with `out_of_range`.
pub fn within(field: &str, given: Option<i64>, usual: u32, least: u32, most: u32) -> Result<u32, Refusal> {
    let Some(given) = given else { return Ok(usual) };
    let number = u32::try_from(given).ok().filter(|number| (least..=most).contains(number));
    let detail = || format!("{field} is a whole number from {least} to {most}.");
    number.ok_or_else(|| Refusal::invalid(field, "out_of_range", detail()))
}

/// What a key's object keeps of it besides its term and its owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldKey {
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// When it was last used, to the minute.
    #[serde(default)]
    pub used_at: Option<Timestamp>,
    /// The network address of the last use that was written down.
    #[serde(default)]
    pub used_from: String,
    /// How often it was used, but for what was not written down when its object was moved.
    #[serde(default)]
    pub uses: u64,
}

impl HeldKey {
    /// Counts a use from an address at `now`; whether it is time to write that down. A clock that went back writes.
    pub fn used(&mut self, from: &str, now: Timestamp) -> bool {
        let is_due = self.used_at.is_none_or(|at| !(0..USE_STEP_MS).contains(&now.ms_since(at)));
        self.uses = self.uses.saturating_add(1);
        from.clone_into(&mut self.used_from);
        if is_due {
            self.used_at = Some(now);
        }
        is_due
    }
}

/// A key as PostgreSQL has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeyRow {
    /// Which one.
    pub id: KeyId,
    /// What its owner calls it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Whose it is.
    pub owner: Person,
    /// What they are.
    pub role: Role,
    /// Whether they may sign in.
    pub status: UserStatus,
    /// The version of their account.
    pub version: i64,
    /// The object of its secret.
    pub session: SessionName,
    /// The object of the secret of before, which holds beside it for a while.
    #[serde(default)]
    pub previous: Option<SessionName>,
    /// Until when that one holds.
    #[serde(default)]
    pub previous_until: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it got its secret, where that is not the first.
    #[serde(default)]
    pub rotated_at: Option<Timestamp>,
}

impl KeyRow {
    /// The objects of its secrets, the newest first.
    pub fn sessions(&self) -> impl Iterator<Item = &SessionName> {
        std::iter::once(&self.session).chain(&self.previous)
    }

    /// How events and logs name it.
    #[must_use]
    pub fn via(&self) -> Via {
        Via { id: self.id.clone(), name: self.name.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_each_once_and_operate_is_an_admins() {
        let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
        let code = |refused: Result<Vec<Scope>, Refusal>| match refused {
            Err(Refusal::Invalid { field, code, .. }) => (field, code),
            other => panic!("{other:?}"),
        };
        let read = scopes(&texts(&["work", "read", "work"]), Role::Manager).unwrap();
        assert_eq!(read, [Scope::Read, Scope::Work]);
        assert_eq!(code(scopes(&[], Role::Admin)), ("scopes".into(), "required".into()));
        assert_eq!(code(scopes(&texts(&["all"]), Role::Admin)).1, "unknown_value");
        assert_eq!(code(scopes(&texts(&["operate"]), Role::Manager)).1, "not_yours");
        assert_eq!(scopes(&texts(&["operate"]), Role::Admin).unwrap(), [Scope::Operate]);
    }

    #[test]
    fn use_is_written_down_once_a_minute_and_counted_each_time() {
        let at = |ms: i64| Timestamp::from_ms(1_795_000_000_000 + ms);
        let mut key = HeldKey { scopes: vec![Scope::Read], used_at: None, used_from: String::new(), uses: 0 };
        assert!(key.used("192.0.2.1", at(0)));
        assert!(!key.used("192.0.2.2", at(59_999)));
        assert_eq!((key.uses, key.used_from.as_str(), key.used_at), (2, "192.0.2.2", Some(at(0))));
        assert!(key.used("192.0.2.2", at(60_000)));
        assert!(key.used("192.0.2.2", at(-3_600_000)), "the clock went back");
    }

    #[test]
    fn numbers_have_bounds() {
        assert_eq!(within("days", None, 90, 1, 365), Ok(90));
        assert_eq!(within("days", Some(365), 90, 1, 365), Ok(365));
        for wrong in [0, -1, 366, i64::MAX] {
            assert!(within("days", Some(wrong), 90, 1, 365).is_err(), "{wrong}");
        }
    }
}
