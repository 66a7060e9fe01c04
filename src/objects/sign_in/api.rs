//! The contract of the SignInObject: one attempt to sign in with an identity provider.

use base::hex;
use base::ids::OrgId;
use base::time::Timestamp;
use durable::Key;
use durable::actor_api;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::objects::context::CallContext;

/// Names one attempt by the SHA-256 of its state: `{org}/{hex}`. No store has the state itself.
#[derive(Clone, Debug)]
pub struct AttemptKey {
    /// The organisation.
    pub org: OrgId,
    /// The hash of the state, in hexadecimal digits.
    pub state_hash: String,
}

impl AttemptKey {
    /// The attempt with this state.
    pub fn of(org: OrgId, state: &str) -> Self {
        AttemptKey { org, state_hash: hex(&Sha256::digest(state.as_bytes())) }
    }
}

impl Key for AttemptKey {
    fn name(&self) -> String {
        format!("{}/{}", self.org, self.state_hash)
    }

    fn parse(name: &str) -> Option<Self> {
        let (org, state_hash) = name.split_once('/')?;
        Some(AttemptKey { org: org.parse().ok()?, state_hash: state_hash.to_owned() })
    }
}

actor_api! {
    /// One attempt: it can be taken once, within 10 minutes, by the browser that began it.
    actor SignIn { binding: "SIGN_IN", context: CallContext, key: AttemptKey, watch: () }

    /// Begins the attempt. `Conflict` for one that was begun before.
    begin(Begin) -> ();
    /// Ends the attempt, and gives it if it is this browser's and not over. Nobody gets it a second time.
    take(Take) -> Option<Attempt>;
}

/// See [`Handler::begin`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Begin {
    /// The attempt.
    pub attempt: Attempt,
}

/// See [`Handler::take`].
#[derive(Debug, Serialize, Deserialize)]
pub struct Take {
    /// The SHA-256 of the browser's cookie.
    pub browser: String,
}

/// What an attempt was begun with. There is no secret in it: the nonce and the verifier are made of the state and the browser's cookie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The SHA-256 of the browser's cookie.
    pub browser: String,
    /// The provider.
    pub issuer: String,
    /// Who we were to it.
    pub client_id: String,
    /// Where it sends people back.
    pub redirect_uri: String,
    /// Where in the app they go on.
    pub to: String,
    /// Since when they must have proved who they are, where that is what they were sent for; a release of before tells none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proved_since: Option<Timestamp>,
}

impl Attempt {
    /// The attempt, if it is this browser's and not over.
    pub fn of(self, browser: &str, ends_at: Timestamp, now: Timestamp) -> Option<Self> {
        (self.browser == browser && now < ends_at).then_some(self)
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_is_its_browsers_for_ten_minutes() {
        let attempt = || Attempt {
            browser: "b".into(),
            issuer: "https://id.example.com".into(),
            client_id: "c".into(),
            redirect_uri: "https://app.example.com/api/auth/oidc/callback".into(),
            to: "/".into(),
            proved_since: None,
        };
        let (began, lasts_ms) = (Timestamp::from_ms(1_795_000_000_000), crate::domain::identity::ATTEMPT_LASTS_MS);
        let of = |browser: &str, after_ms: i64| attempt().of(browser, began.plus_ms(lasts_ms), began.plus_ms(after_ms));
        assert_eq!(lasts_ms, 600_000);
        assert_eq!(of("b", 0), Some(attempt()));
        assert_eq!(of("b", lasts_ms - 1), Some(attempt()));
        assert_eq!(of("b", lasts_ms), None);
        assert_eq!(of("a", 0), None);
        assert_eq!(of("", 0), None);
    }

    #[test]
    fn the_name_of_an_attempt_does_not_tell_its_state() {
        let key = AttemptKey::of("default".parse().unwrap(), "state");
        assert!(!key.name().contains("state") && key.name().len() == "default/".len() + 64);
        assert_eq!(AttemptKey::parse(&key.name()).unwrap().name(), key.name());
    }
}
