//! The secret in a link that lets somebody in.

use std::fmt;

use base::hex;
use base::refusal::Refusal;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// 256 random bits. Whoever has them may come in, so they are written nowhere but in the link; PostgreSQL has their hash.
pub struct LinkToken([u8; 32]);

impl LinkToken {
    /// The token of these random bytes.
    #[must_use]
    pub const fn of(random: [u8; 32]) -> Self {
        Self(random)
    }

    /// Reads what a link had.
    ///
    /// # Errors
    /// `NotFound` for what no link ever had, as for a link that nobody made.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let bytes = URL_SAFE_NO_PAD.decode(text.trim()).map_err(|_| Refusal::NotFound)?;
        bytes.try_into().map(Self).map_err(|_| Refusal::NotFound)
    }

    /// What PostgreSQL knows it by: the SHA-256, in hexadecimal digits.
    #[must_use]
    pub fn hash(&self) -> String {
        hex(&Sha256::digest(self.0))
    }

    /// As the link has it.
    #[must_use]
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

impl fmt::Debug for LinkToken {
    /// Not the token: one that reaches a log is an invitation given away.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("LinkToken(…)")
    }
}
