//! The secret that a session is: its id.

use std::fmt;

use base::ids::SessionName;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A session's id: 256 random bits. Whoever has it is the session, so it is written nowhere but in the cookie's token;
/// objects and logs know its [`SessionName`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct SessionId(pub(super) [u8; 32]);

/// The platform gave no random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("no random bytes: {0}")]
pub struct NoRandomness(getrandom::Error);

/// A text that is not a session id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("is not a session id")]
pub struct InvalidSessionId;

impl SessionId {
    /// A new id.
    ///
    /// # Errors
    /// [`NoRandomness`] when the platform has none; never an id that could be guessed.
    pub fn random() -> Result<SessionId, NoRandomness> {
        let mut bytes = [0; 32];
        getrandom::getrandom(&mut bytes).map_err(NoRandomness)?;
        Ok(SessionId(bytes))
    }

    /// The name of the session's object: the id's SHA-256.
    #[must_use]
    pub fn name(&self) -> SessionName {
        SessionName::of(&self.0)
    }
}

impl fmt::Debug for SessionId {
    /// Its name: an id that reaches a log is a session given away.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SessionId({})", self.name())
    }
}

impl From<SessionId> for String {
    fn from(id: SessionId) -> String {
        URL_SAFE_NO_PAD.encode(id.0)
    }
}

impl TryFrom<String> for SessionId {
    type Error = InvalidSessionId;

    fn try_from(text: String) -> Result<SessionId, InvalidSessionId> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidSessionId)?;
        bytes.try_into().map(SessionId).map_err(|_| InvalidSessionId)
    }
}
