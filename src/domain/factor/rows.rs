//! What PostgreSQL has of somebody's factors.

use std::fmt;
use std::str::FromStr;

use base::refusal::Refusal;
use base::time::Timestamp;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::totp::STEP_MS;
use crate::domain::user::{FactorKind, PersonName, UserRow};

/// An account, disabled or not, and by what else its owner proves who they are.
#[derive(Clone, Serialize, Deserialize)]
pub struct Factors {
    /// The account, with the password hash.
    pub user: UserRow,
    /// The authenticator app.
    #[serde(default)]
    pub totp: Option<Totp>,
    /// The passkeys, oldest first.
    #[serde(default)]
    pub passkeys: Vec<Passkey>,
    /// How many recovery codes were not used.
    #[serde(default)]
    pub codes: u32,
}

impl Factors {
    /// Which kinds there are.
    #[must_use]
    pub fn kinds(&self) -> Vec<FactorKind> {
        let totp = self.totp.is_some().then_some(FactorKind::Totp);
        totp.into_iter().chain((!self.passkeys.is_empty()).then_some(FactorKind::Passkey)).collect()
    }
}

/// An authenticator app.
#[derive(Clone, Serialize, Deserialize)]
pub struct Totp {
    /// The secret, encrypted.
    pub secret: String,
    /// The step of the last code that was taken.
    pub step: i64,
    /// Since when.
    pub created_at: Timestamp,
}

impl Totp {
    /// When a code of it was taken last: the beginning of that code's half minute.
    #[must_use]
    pub fn used_at(&self) -> Option<Timestamp> {
        (self.step > 0).then(|| Timestamp::from_ms(self.step.saturating_mul(STEP_MS)))
    }
}

impl fmt::Debug for Totp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Totp(…)")
    }
}

/// A passkey.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Passkey {
    /// Its id.
    pub credential: Credential,
    /// What its user calls it.
    pub name: String,
    /// COSE in base64url.
    pub public_key: String,
    /// How often it had signed.
    pub sign_count: u32,
    /// Whether it may be on several devices.
    pub eligible: bool,
    /// Whether it is, or was when it was used last.
    pub backed_up: bool,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was used last.
    #[serde(default)]
    pub used_at: Option<Timestamp>,
}

/// A passkey that was just made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewPasskey {
    /// Its id.
    pub credential: Credential,
    /// What its user calls it.
    pub name: String,
    /// COSE in base64url.
    pub public_key: String,
    /// How often it has signed.
    pub sign_count: u32,
    /// Whether it may be on several devices.
    pub eligible: bool,
    /// Whether it is.
    pub backed_up: bool,
}

/// A factor that was right, and is marked as used.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Used {
    /// A code of this step.
    Totp {
        /// The step.
        step: i64,
    },
    /// A recovery code.
    Recovery {
        /// Its hash.
        hash: String,
    },
    /// A passkey.
    Passkey {
        /// Its id.
        credential: Credential,
        /// How often it has signed.
        sign_count: u32,
        /// Whether it is on several devices.
        backed_up: bool,
    },
}

/// What is taken from somebody.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Removed {
    /// The authenticator app.
    Totp,
    /// A passkey.
    Passkey(Credential),
    /// Everything, by somebody else.
    All,
}

/// The id of a passkey, as its authenticator gave it: base64url of 1 to 1023 bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Credential(String);

impl Credential {
    /// Of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Credential {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Refusal::NotFound)?;
        if (1..=1_023).contains(&bytes.len()) { Ok(Self::of(&bytes)) } else { Err(Refusal::NotFound) }
    }
}

/// What somebody calls a passkey: one line of 1 to 100 characters, as a person's name is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyName(String);

impl PasskeyName {
    /// Reads a name.
    ///
    /// # Errors
    /// `Invalid` naming `name`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        PersonName::parse(text).map(|name| Self(name.into_string()))
    }

    /// As text.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}
