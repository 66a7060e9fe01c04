//! Authenticator data (WebAuthn level 3, section 6.1): what the authenticator says of itself, of what its user did, and of a new passkey.

use crate::cbor::{Malformed, Reader};

/// What the authenticator says of this time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flags(pub(crate) u8);

impl Flags {
    /// Somebody was there and agreed.
    #[must_use]
    pub const fn user_present(self) -> bool {
        self.0 & 0x01 != 0
    }

    /// It was the user: by a finger, a face, a PIN.
    #[must_use]
    pub const fn user_verified(self) -> bool {
        self.0 & 0x04 != 0
    }

    /// The passkey may be copied to other devices of its user.
    #[must_use]
    pub const fn backup_eligible(self) -> bool {
        self.0 & 0x08 != 0
    }

    /// It has been.
    #[must_use]
    pub const fn backed_up(self) -> bool {
        self.0 & 0x10 != 0
    }

    const fn has_attested(self) -> bool {
        self.0 & 0x40 != 0
    }

    const fn has_extensions(self) -> bool {
        self.0 & 0x80 != 0
    }
}

/// Authenticator data, in place.
pub struct AuthenticatorData<'a> {
    /// The SHA-256 of the relying party's id.
    pub rp_id_hash: &'a [u8],
    pub flags: Flags,
    /// How often it has signed; 0 where it does not count.
    pub sign_count: u32,
    /// The new passkey: its id, and its public key as COSE wrote it.
    pub attested: Option<(&'a [u8], &'a [u8])>,
}

/// The longest id of a passkey, in bytes (section 4, "Credential ID").
pub const LONGEST_ID: usize = 1_023;

impl<'a> AuthenticatorData<'a> {
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let (rp_id_hash, rest) = bytes.split_at_checked(32).ok_or(Malformed)?;
        let (flags, rest) = rest.split_first().ok_or(Malformed)?;
        let (count, mut rest) = rest.split_first_chunk::<4>().ok_or(Malformed)?;
        let flags = Flags(*flags);
        // What is backed up was eligible for it (section 6.1.3).
        if flags.backed_up() && !flags.backup_eligible() {
            return Err(Malformed);
        }
        let mut attested = None;
        if flags.has_attested() {
            let (_aaguid, behind) = rest.split_at_checked(16).ok_or(Malformed)?;
            let (length, behind) = behind.split_first_chunk::<2>().ok_or(Malformed)?;
            let length = usize::from(u16::from_be_bytes(*length));
            if length == 0 || length > LONGEST_ID {
                return Err(Malformed);
            }
            let (id, behind) = behind.split_at_checked(length).ok_or(Malformed)?;
            let mut reader = Reader::new(behind);
            reader.skip()?;
            rest = reader.rest();
            let key = behind.get(..behind.len() - rest.len()).ok_or(Malformed)?;
            attested = Some((id, key));
        }
        if flags.has_extensions() {
            let mut reader = Reader::new(rest);
            reader.skip()?;
            rest = reader.rest();
        }
        if !rest.is_empty() {
            return Err(Malformed);
        }
        Ok(AuthenticatorData { rp_id_hash, flags, sign_count: u32::from_be_bytes(*count), attested })
    }
}
