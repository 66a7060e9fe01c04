//! The contract of the SessionObject: one signed-in session, or one secret of an API key, which is a session that a program has.

use base::ids::{OrgId, SessionName};
use base::time::Timestamp;
use durable::Key;
use durable::actor_api;
use serde::{Deserialize, Serialize};

use crate::domain::factor::{Method, Required};
use crate::domain::key::{HeldKey, Scope};
use crate::domain::session::SessionLimits;
use crate::domain::user::Caller;
use crate::domain::user::PersonName;
use crate::objects::context::CallContext;

/// Names one session by the SHA-256 of its id: `{org}/{hex}`. No store holds the id itself.
#[derive(Clone, Debug)]
pub struct SessionKey {
    /// The organisation.
    pub org: OrgId,
    /// The hash of the session's id.
    pub session: SessionName,
}

impl Key for SessionKey {
    fn name(&self) -> String {
        format!("{}/{}", self.org, self.session)
    }

    fn parse(name: &str) -> Option<Self> {
        let (org, session) = name.split_once('/')?;
        Some(SessionKey { org: org.parse().ok()?, session: session.parse().ok()? })
    }
}

actor_api! {
    /// One session: whether it holds, until when, and from where it was opened.
    actor Session { binding: "SESSION", context: CallContext, key: SessionKey, watch: () }

    /// Opens the session for a user who has just proved who they are.
    open(Open) -> LiveSession;
    /// Whether the session holds; it slides the expiry (written down at most once a minute). `Unauthenticated` when not.
    check(Check) -> LiveSession;
    /// Whether the session holds; it holds no longer for it.
    holds(Holds) -> bool;
    /// The user has another name from now on. An ended or unknown session has nobody to rename, which is no error.
    renamed(Renamed) -> ();
    /// Opens it for a secret of an API key.
    open_key(OpenKey) -> LiveSession;
    /// An API call by the key: whether it holds; the use is counted (written down at most once a minute). `Unauthenticated` when not.
    used(Used) -> LiveSession;
    /// The key is called otherwise from now on, or may do otherwise. An ended or unknown one has nothing to change, which is no error.
    rekeyed(Rekeyed) -> ();
    /// The key's secret ends then, if it does not end before.
    shorten(Shorten) -> ();
    /// Its owner has proved again who they are, by these methods. `Unauthenticated` when it does not hold.
    proved(Proved) -> LiveSession;
    /// Ends the session at once, for good. Ending an ended or unknown session is no error.
    revoke(Revoke) -> ();
}

/// See [`Handler::open`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Open {
    /// The user, with the role at sign-in.
    pub caller: Caller,
    /// What the user signs in with: the address, or a user name, which has no `@`.
    #[serde(rename = "email")]
    pub login: String,
    /// Whether it holds until its absolute limit without being used: on a phone that was handed a link, whose owner has no address.
    #[serde(default)]
    pub stays: bool,
    /// The browser, as it names itself; cut to 200 characters.
    pub user_agent: String,
    /// The network address that signed in.
    pub address: String,
    /// How long it may hold, where that is not the default.
    #[serde(default, skip_serializing_if = "SessionLimits::are_default")]
    pub limits: SessionLimits,
    /// By what its owner has proved who they are. A release of before tells none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<Method>,
    /// When they did, where that is not now: an identity provider may have let them in without asking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proved_at: Option<Timestamp>,
}

/// See [`Handler::check`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Check {}

/// See [`Handler::open_key`].
#[derive(Debug, Serialize, Deserialize)]
pub struct OpenKey {
    /// The owner with their role, and which key it is.
    pub caller: Caller,
    /// What the owner signs in with.
    pub login: String,
    /// What the key may do.
    pub scopes: Vec<Scope>,
    /// When it ends, used or not.
    pub ends_at: Timestamp,
}

/// See [`Handler::used`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Used {
    /// The network address that the call came from.
    pub from: String,
}

/// See [`Handler::rekeyed`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Rekeyed {
    /// What the key is called.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
}

/// See [`Handler::shorten`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Shorten {
    /// When it ends.
    pub until: Timestamp,
}

/// See [`Handler::holds`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Holds {}

/// See [`Handler::renamed`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Renamed {
    /// The name.
    pub name: PersonName,
}

/// See [`Handler::proved`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Proved {
    /// The methods of this time.
    pub methods: Vec<Method>,
}

/// See [`Handler::revoke`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Revoke {
    /// Why: `logout`, `revoked`, `replaced`, `password_changed`, `disabled`.
    pub reason: String,
}

/// A session that holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LiveSession {
    /// The session.
    pub session: SessionName,
    /// Who it is.
    pub caller: Caller,
    /// What the user signs in with: the address, or a user name, which has no `@`.
    #[serde(rename = "email")]
    pub login: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// When it ends if it is not used before.
    pub expires_at: Timestamp,
    /// When it ends however much it is used.
    pub ends_at: Timestamp,
    /// The browser.
    pub user_agent: String,
    /// The network address that signed in.
    pub address: String,
    /// The API key whose secret it is, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<HeldKey>,
    /// By what its owner has proved who they are, since it was opened; a release of before tells none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<Method>,
    /// When they did that last, where that was not when it was opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proved_at: Option<Timestamp>,
}

impl LiveSession {
    /// When its owner has proved last who they are.
    #[must_use]
    pub fn proved_last_at(&self) -> Timestamp {
        self.proved_at.unwrap_or(self.opened_at)
    }

    /// Whether it may only get a second factor, or be proved by one, because its owner must have one.
    #[must_use]
    pub fn lacks_second_factor(&self, required: Required) -> bool {
        required.of(self.caller.role, &self.login) && self.has_no_second_factor()
    }

    /// Whether its owner has proved no second factor in it. A secret of an API key has none.
    #[must_use]
    pub fn has_no_second_factor(&self) -> bool {
        !self.methods.iter().any(|method| method.is_second())
    }
}
