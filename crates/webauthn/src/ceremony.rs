//! The checks of a ceremony in their order: a passkey is made (WebAuthn level 3, section 7.1), or it is used (section 7.2).
//!
//! The caller has issued the challenge, keeps it for one use, verifies the signature over [`Asserted::message`] by the key that it knows, and
//! compares the counter with the one before.

use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::cbor::{Malformed, Reader};
use crate::client::ClientData;
use crate::data::{AuthenticatorData, Flags};
use crate::der;
use crate::key::PublicKey;

/// What must hold for an answer.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The challenge that was issued, in base64url.
    pub challenge: &'a str,
    /// The origins whose pages may ask, in the spelling of browsers.
    pub origins: &'a [&'a str],
    /// Whether the authenticator must know that it is the user, and not only that somebody is there.
    pub user_verified: bool,
}

/// Why an answer is not taken. To a client each is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refused {
    /// It is not of the form.
    #[error("it is not of the form")]
    Malformed,
    /// It is of the other ceremony.
    #[error("it is of another ceremony")]
    OtherCeremony,
    /// The challenge is another.
    #[error("it answers another challenge")]
    OtherChallenge,
    /// A page of another origin asked, or one in a frame of another origin.
    #[error("a page of another origin asked")]
    OtherOrigin,
    /// It is for another relying party.
    #[error("it is for another relying party")]
    OtherParty,
    /// Nobody was there.
    #[error("nobody was there")]
    NotPresent,
    /// The authenticator does not know whether it was the user.
    #[error("the user was not verified")]
    NotVerified,
    /// The key is of a kind that is not taken.
    #[error("the key is of a kind that is not taken")]
    OtherKey,
}

impl From<Malformed> for Refused {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

/// A new passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// Its id.
    pub id: Vec<u8>,
    /// Its public key as COSE, to be kept.
    pub cose: Vec<u8>,
    /// How often it has signed.
    pub sign_count: u32,
    /// What the authenticator said.
    pub flags: Flags,
}

/// A passkey was used, if the signature is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asserted {
    /// What was signed.
    pub message: Vec<u8>,
    /// The signature as SubtleCrypto takes it.
    pub signature: Vec<u8>,
    /// How often it has signed.
    pub sign_count: u32,
    /// What the authenticator said.
    pub flags: Flags,
}

/// The challenge that client data answers, before anything is believed of it: the caller knows by it what it has issued.
#[must_use]
pub fn challenge_in(client_data: &[u8]) -> Option<String> {
    ClientData::parse(client_data).map(|client| client.challenge)
}

/// Checks the answer of `navigator.credentials.create`. The attestation is not asked for and not looked at: anybody may use any authenticator.
///
/// # Errors
/// Why it is not taken.
pub fn registered(
    expected: &Expected<'_>,
    client_data: &[u8],
    attestation_object: &[u8],
) -> Result<Registered, Refused> {
    let origin = check_client(expected, client_data, "webauthn.create")?;
    let mut reader = Reader::new(attestation_object);
    let mut data = None;
    for _ in 0..reader.map()? {
        if reader.text()? == "authData" {
            data = Some(reader.bytes()?);
        } else {
            reader.skip()?;
        }
    }
    if !reader.rest().is_empty() {
        return Err(Refused::Malformed);
    }
    let data = AuthenticatorData::parse(data.ok_or(Refused::Malformed)?)?;
    check_data(expected, &origin, &data)?;
    let (id, cose) = data.attested.ok_or(Refused::Malformed)?;
    PublicKey::from_cose(cose).ok_or(Refused::OtherKey)?;
    Ok(Registered { id: id.to_owned(), cose: cose.to_owned(), sign_count: data.sign_count, flags: data.flags })
}

/// Checks the answer of `navigator.credentials.get` for the passkey with this key, all but the signature.
///
/// # Errors
/// Why it is not taken.
pub fn asserted(
    expected: &Expected<'_>,
    client_data: &[u8],
    authenticator_data: &[u8],
    signature: &[u8],
    key: &PublicKey,
) -> Result<Asserted, Refused> {
    let origin = check_client(expected, client_data, "webauthn.get")?;
    let data = AuthenticatorData::parse(authenticator_data)?;
    check_data(expected, &origin, &data)?;
    let signature = match key {
        PublicKey::Es256 { .. } => der::fixed(signature).ok_or(Refused::Malformed)?.to_vec(),
        PublicKey::EdDsa { .. } | PublicKey::Rs256 { .. } => signature.to_owned(),
    };
    let message = [authenticator_data, Sha256::digest(client_data).as_slice()].concat();
    Ok(Asserted { message, signature, sign_count: data.sign_count, flags: data.flags })
}

/// The origin whose page asked.
fn check_client(expected: &Expected<'_>, client_data: &[u8], kind: &str) -> Result<String, Refused> {
    let client = ClientData::parse(client_data).ok_or(Refused::Malformed)?;
    if client.kind != kind {
        return Err(Refused::OtherCeremony);
    }
    if client.challenge != expected.challenge {
        return Err(Refused::OtherChallenge);
    }
    if client.cross_origin || !expected.origins.contains(&client.origin.as_str()) {
        return Err(Refused::OtherOrigin);
    }
    Ok(client.origin)
}

fn check_data(expected: &Expected<'_>, origin: &str, data: &AuthenticatorData<'_>) -> Result<(), Refused> {
    let party = party_of(origin).ok_or(Refused::OtherOrigin)?;
    if Sha256::digest(party.as_bytes()).as_slice() != data.rp_id_hash {
        return Err(Refused::OtherParty);
    }
    if !data.flags.user_present() {
        return Err(Refused::NotPresent);
    }
    if expected.user_verified && !data.flags.user_verified() {
        return Err(Refused::NotVerified);
    }
    Ok(())
}

/// The id of the relying party whose pages are at this origin: its host.
#[must_use]
pub fn party_of(origin: &str) -> Option<&str> {
    let (_, host) = origin.split_once("://")?;
    // An IPv6 address in brackets has colons, and no passkeys.
    host.split(':').next().filter(|host| !host.is_empty())
}

#[cfg(test)]
mod tests;
