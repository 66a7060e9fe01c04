//! Second factors: by what somebody proves who they are, besides a password.
//!
//! An authenticator app ([`totp`]), passkeys, and recovery codes for when those are lost ([`recovery`]). [`sealed`] makes the tickets
//! between two steps and the challenges that passkeys answer. PostgreSQL has the rows; a session knows by which methods it was opened.

pub mod recovery;
mod required;
mod rows;
pub mod sealed;
pub mod totp;

use base::words;

pub use required::{Required, is_fresh};
pub use rows::{Credential, Factors, NewPasskey, Passkey, PasskeyName, Removed, Totp, Used};
pub use sealed::{FactorKeys, Purpose, Sealed};

use crate::domain::user::FactorKind;

/// The most passkeys of one person.
pub const MOST_PASSKEYS: usize = 20;

words! {
    /// By what somebody has proved who they are.
    pub enum Method: "method" {
        /// A password, or a link in its place.
        Password = "password",
        /// A code of an authenticator app.
        Totp = "totp",
        /// A passkey, with the finger, face or PIN of its user.
        Passkey = "passkey",
        /// A recovery code.
        Recovery = "recovery",
        /// The organisation's identity provider, which asks for second factors itself.
        Provider = "provider",
    }
}

impl From<FactorKind> for Method {
    fn from(kind: FactorKind) -> Self {
        match kind {
            FactorKind::Totp => Self::Totp,
            FactorKind::Passkey => Self::Passkey,
        }
    }
}

impl Method {
    /// Whether it is more than a password: a passkey that knows its user is two factors in one.
    #[must_use]
    pub const fn is_second(self) -> bool {
        !matches!(self, Self::Password)
    }
}
