//! What goes to a browser and comes back once, within minutes: the ticket between the two steps of a sign-in, and the challenge that a
//! passkey answers.
//!
//! It is 128 random bits and the time at which it ends, under a MAC over what it is for and whom it is about. So nothing is stored for
//! whoever only begins; who issued it and for what is known again by the MAC, and the object of its person keeps which were used
//! (decision 21).

use base::hex;
use base::time::Timestamp;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;

/// So long it works, in milliseconds: 5 minutes.
pub const LASTS_MS: i64 = 5 * 60 * 1_000;

/// The clock of the machine that made it may be so far ahead of the one that opens it, in milliseconds.
const SKEW_MS: i64 = 60_000;

const RANDOM: usize = 16;
const TIME: usize = 8;
const MAC: usize = 32;

/// Keys that are derived from `ID_KEY`, which never changes: a rotation of the other keys loses nobody's factor.
#[derive(Clone)]
pub struct FactorKeys {
    /// Encrypts the secrets of authenticator apps.
    pub secrets: [u8; 32],
    /// Hashes recovery codes.
    pub codes: [u8; 32],
    seal: [u8; 32],
}

impl FactorKeys {
    /// The keys that follow from `ID_KEY`; `None` where that is none.
    #[must_use]
    pub fn derived(id_key: &[u8]) -> Option<Self> {
        // HMAC as a key derivation function in counter mode with one block (NIST SP 800-108).
        let derive = |label: &str| {
            let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(id_key).ok()?;
            mac.update(format!("cepatedge factor {label} 1\0").as_bytes());
            Some(mac.finalize().into_bytes().into())
        };
        Some(Self { secrets: derive("secrets")?, codes: derive("codes")?, seal: derive("seal")? })
    }
}

/// What it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The second step of a sign-in.
    Ticket,
    /// A sign-in by a passkey alone, of whoever has it.
    SignIn,
    /// A passkey as the second step of a sign-in.
    SecondStep,
    /// A proof within a session.
    Again,
    /// A new passkey.
    Register,
}

/// One that was found genuine, and in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// What it is known by once it was used.
    pub name: String,
    /// When it ends, and with it what is known of its use.
    pub ends_at: Timestamp,
}

impl FactorKeys {
    /// A new one from random bytes, for `purpose`, about `about`.
    #[must_use]
    pub fn seal(&self, purpose: Purpose, about: &str, random: [u8; RANDOM], now: Timestamp) -> String {
        let ends_at = now.plus_ms(LASTS_MS).as_ms().to_be_bytes();
        let head = [&random[..], &ends_at].concat();
        let mac = self.over(purpose, about, &head);
        URL_SAFE_NO_PAD.encode([head, mac.to_vec()].concat())
    }

    /// What `text` is, if it was made here for this, and has not ended.
    #[must_use]
    pub fn open(&self, purpose: Purpose, about: &str, text: &str, now: Timestamp) -> Option<Sealed> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == RANDOM + TIME + MAC)?;
        let (head, mac) = bytes.split_at_checked(RANDOM + TIME)?;
        let is_genuine: bool = self.over(purpose, about, head).ct_eq(mac).into();
        let ends_at = head.last_chunk::<TIME>().map(|time| Timestamp::from_ms(i64::from_be_bytes(*time)))?;
        let left_ms = ends_at.ms_since(now);
        let is_open = is_genuine && (1..=LASTS_MS + SKEW_MS).contains(&left_ms);
        is_open.then(|| Sealed { name: hex(&Sha256::digest(&bytes)), ends_at })
    }

    fn over(&self, purpose: Purpose, about: &str, head: &[u8]) -> [u8; MAC] {
        let purpose: &[u8] = match purpose {
            Purpose::Ticket => b"ticket\0",
            Purpose::SignIn => b"sign-in\0",
            Purpose::SecondStep => b"second step\0",
            Purpose::Again => b"again\0",
            Purpose::Register => b"register\0",
        };
        // A key of 32 bytes is of a length that HMAC takes.
        let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.seal) else { return [0; MAC] };
        mac.update(purpose);
        mac.update(head);
        mac.update(about.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> FactorKeys {
        FactorKeys::derived(&[7; 32]).unwrap()
    }

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(1_795_000_000_000).plus_ms(ms)
    }

    #[test]
    fn it_opens_for_its_purpose_its_person_and_its_minutes() {
        let text = keys().seal(Purpose::Ticket, "ani", [3; 16], at(0));
        let opened = keys().open(Purpose::Ticket, "ani", &text, at(0)).unwrap();
        assert_eq!((opened.name.len(), opened.ends_at), (64, at(LASTS_MS)));
        assert!(keys().open(Purpose::Ticket, "ani", &text, at(LASTS_MS - 1)).is_some());
        for (purpose, about, now) in [
            (Purpose::Again, "ani", at(0)),
            (Purpose::Ticket, "budi", at(0)),
            (Purpose::Ticket, "ani", at(LASTS_MS)),
            (Purpose::Ticket, "ani", at(-SKEW_MS - 1)),
        ] {
            assert_eq!(keys().open(purpose, about, &text, now), None);
        }
        let other = FactorKeys::derived(&[8; 32]).unwrap();
        assert_eq!(other.open(Purpose::Ticket, "ani", &text, at(0)), None);
    }

    #[test]
    fn every_changed_bit_and_every_cut_closes_it() {
        let text = keys().seal(Purpose::SignIn, "", [3; 16], at(0));
        let bytes = URL_SAFE_NO_PAD.decode(&text).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(keys().open(Purpose::SignIn, "", &URL_SAFE_NO_PAD.encode(changed), at(0)), None, "{bit}");
        }
        for length in 0..text.len() {
            assert_eq!(keys().open(Purpose::SignIn, "", &text[..length], at(0)), None, "{length}");
        }
    }

    #[test]
    fn the_keys_are_three_and_follow_from_one() {
        let FactorKeys { secrets, codes, seal } = keys();
        assert_ne!(secrets, codes);
        assert_ne!(secrets, seal);
        assert_ne!(codes, seal);
        assert_eq!(keys().secrets, secrets);
    }
}
