//! The contract of the AccountObject: one user account's live sessions and drafts, and the throttle of its sign-in.

use base::ids::{OrgId, SessionName, UserId};
use base::time::Timestamp;
use durable::Key;
use durable::actor_api;
use serde::{Deserialize, Serialize};

use crate::domain::user::{Draft, DraftId};
use crate::objects::context::CallContext;

/// Names one account.
///
/// The throttle must work for addresses that nobody has, so it is named by the address; the sessions and drafts belong to
/// the user, whatever their address is. Both are the same kind of object.
#[derive(Clone, Debug)]
pub enum AccountKey {
    /// `{org}/login/{hex SHA-256 of the lower-case address}`.
    Login {
        /// The organisation.
        org: OrgId,
        /// The hash of the address.
        address_hash: String,
    },
    /// `{org}/user/{uuid}`.
    User {
        /// The organisation.
        org: OrgId,
        /// The user.
        user: UserId,
    },
}

impl Key for AccountKey {
    fn name(&self) -> String {
        match self {
            AccountKey::Login { org, address_hash } => format!("{org}/login/{address_hash}"),
            AccountKey::User { org, user } => format!("{org}/user/{user}"),
        }
    }

    fn parse(name: &str) -> Option<Self> {
        let mut parts = name.splitn(3, '/');
        let org = parts.next()?.parse().ok()?;
        match (parts.next()?, parts.next()?) {
            ("login", hash) => Some(AccountKey::Login { org, address_hash: hash.to_owned() }),
            ("user", user) => Some(AccountKey::User { org, user: user.parse().ok()? }),
            _ => None,
        }
    }
}

actor_api! {
    /// One account.
    actor Account { binding: "ACCOUNT", context: CallContext, key: AccountKey, watch: () }

    /// Asks for one try at the password. Refused as `TooManyAttempts` while the throttle holds; otherwise the try is
    /// counted as failed until `succeeded` says otherwise, so that parallel guesses gain nothing.
    attempt(Attempt) -> ();
    /// The password was right: the throttle starts anew.
    succeeded(Succeeded) -> ();
    /// The try was not made after all: it does not count.
    released(Released) -> ();
    /// The proof was right, and uses these up: the throttle starts anew. `Conflict` with `used_before` where one was used before: then
    /// none is used.
    spend(Spend) -> ();
    /// Mails a link for a new password to whoever signs in with this, if there is somebody; at most as often as the throttle lets.
    /// Answered alike in any case.
    forgot(Forgot) -> ();
    /// A session was opened. `Unauthenticated` for one on credentials that were read before the account was changed: it is not listed.
    opened(Opened) -> ();
    /// The account was changed: ends the sessions that were opened on an older version, and gives how many still held. Told again,
    /// it does what is missing.
    changed(Changed) -> u32;
    /// A secret of an API key of the user's was made. `Unauthenticated` as for [`opened`](Handler::opened).
    key_opened(KeyOpened) -> ();
    /// The secrets of the user's API keys that may hold.
    keys(Keys) -> Vec<SessionName>;
    /// A session was ended, or the secret of a key.
    closed(Closed) -> ();
    /// The live sessions, newest first.
    sessions(Sessions) -> Vec<Listing>;
    /// Keeps a draft of the user's. One that is not newer than what is kept under its id changes nothing.
    put_draft(PutDraft) -> ();
    /// Forgets a draft; one that is not there, too.
    drop_draft(DropDraft) -> ();
    /// The user's drafts, the one that was touched last first.
    drafts(Drafts) -> Vec<Draft>;
}

/// See [`Handler::attempt`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Attempt {}

/// See [`Handler::succeeded`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Succeeded {}

/// See [`Handler::forgot`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Forgot {
    /// The address or the user name.
    pub login: String,
    /// Where the app is, without a slash at its end.
    pub app: String,
}

/// See [`Handler::spend`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Spend {
    /// What is used up, by name: tickets and challenges.
    pub names: Vec<String>,
    /// When all of them have ended.
    pub until: Timestamp,
}

/// See [`Handler::released`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Released {}

/// See [`Handler::opened`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Opened {
    /// The session.
    pub listing: Listing,
    /// The version of the account that was read for it. A release of before tells none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// Whether the owner is told where the device was not seen before: not behind a link that only they were given.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tells_device: bool,
}

/// See [`Handler::key_opened`].
#[derive(Debug, Serialize, Deserialize)]
pub struct KeyOpened {
    /// The session that the secret is.
    pub session: SessionName,
    /// When it ends.
    pub ends_at: Timestamp,
    /// The version of the account that was read for it.
    pub version: i64,
}

/// See [`Handler::keys`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Keys {}

/// See [`Handler::changed`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Changed {
    /// The version of the account after it.
    pub version: i64,
    /// Why, as the sessions are told.
    pub reason: String,
    /// The session that made the change: it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<SessionName>,
}

/// See [`Handler::closed`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Closed {
    /// The session.
    pub session: SessionName,
}

/// See [`Handler::sessions`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Sessions {}

/// See [`Handler::put_draft`].
#[derive(Debug, Serialize, Deserialize)]
pub struct PutDraft {
    /// The draft.
    pub draft: Draft,
}

/// See [`Handler::drop_draft`].
#[derive(Debug, Serialize, Deserialize)]
pub struct DropDraft {
    /// The draft.
    pub id: DraftId,
}

/// See [`Handler::drafts`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Drafts {}

/// One live session, as its owner sees it in the list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Listing {
    /// The session.
    pub session: SessionName,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it ends at the latest.
    pub ends_at: Timestamp,
    /// The browser.
    pub user_agent: String,
    /// The network address that signed in.
    pub address: String,
}
