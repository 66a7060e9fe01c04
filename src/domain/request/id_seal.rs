//! Request ids that cannot be guessed.
//!
//! To name an object is to create its storage, so an id that a client made up must not get as far as its object. A
//! request's id is a UUID of version 8 (RFC 9562): ten bytes that tell requests apart, and six that a key of this
//! deployment makes of them and the organisation. The router checks them before it names anything.
//!
//! It is no permission: who may see a request is the policy's business.

use base::ids::{IdempotencyKey, OrgId, UserId};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::domain::request::RequestId;

/// Bytes that tell requests apart; six of their 80 bits are the UUID's own.
const UNIQUE: usize = 10;
/// Bytes of the seal: a guess is right once in 2^48.
const SEAL: usize = 6;
/// Bytes of the seal of an API key, whose secret is what cannot be guessed.
const KEY_SEAL: usize = 4;
/// The shortest acceptable key, in bytes.
const SHORTEST_KEY: usize = 32;

/// Makes request ids and knows its own. The key must never change: ids sealed with another are unknown.
#[derive(Clone)]
pub struct IdSeal(Hmac<Sha256>);

impl IdSeal {
    /// The seal of a key of at least 32 bytes; `None` for a shorter one.
    #[must_use]
    pub fn new(key: &[u8]) -> Option<Self> {
        if key.len() < SHORTEST_KEY {
            return None;
        }
        <Hmac<Sha256> as KeyInit>::new_from_slice(key).ok().map(Self)
    }

    /// A new id from random bytes.
    #[must_use]
    pub fn mint(&self, org: &OrgId, random: [u8; UNIQUE]) -> RequestId {
        let mut bytes = [0; UNIQUE + SEAL];
        let (unique, seal) = bytes.split_at_mut(UNIQUE);
        unique.copy_from_slice(&random);
        // Version 8 and the variant of RFC 9562, in bytes 6 and 8.
        if let [.., version, _, variant, _] = unique {
            *version = (*version & 0x0f) | 0x80;
            *variant = (*variant & 0x3f) | 0x80;
        }
        seal.copy_from_slice(&self.over(org, unique));
        RequestId(Uuid::from_bytes(bytes))
    }

    /// The id of the request that `user` of `org` creates under `key`: always the same one, so that a retried create
    /// meets the same object.
    #[must_use]
    pub fn derive(&self, org: &OrgId, user: UserId, key: &IdempotencyKey) -> RequestId {
        // Neither an organisation nor a user id contains a slash, so two different triples never spell the same name.
        let name = Sha256::digest(format!("{org}/{user}/{key}"));
        let mut unique = [0; UNIQUE];
        unique.iter_mut().zip(name).for_each(|(to, from)| *to = from);
        self.mint(org, unique)
    }

    /// Whether this deployment made the id, for this organisation.
    #[must_use]
    pub fn is_genuine(&self, org: &OrgId, id: RequestId) -> bool {
        let (unique, seal) = id.0.as_bytes().split_at(UNIQUE);
        self.over(org, unique).ct_eq(seal).into()
    }

    /// The seal of an API key of `org`, under a label of its own: no id of a request is one.
    #[must_use]
    pub fn over_key(&self, org: &OrgId, id: &str, secret: &[u8; 32]) -> [u8; KEY_SEAL] {
        let mut mac = self.0.clone();
        mac.update(b"cepatedge key 1\0");
        mac.update(id.as_bytes());
        mac.update(secret);
        mac.update(org.as_str().as_bytes());
        let mut seal = [0; KEY_SEAL];
        seal.iter_mut().zip(mac.finalize().into_bytes()).for_each(|(to, from)| *to = from);
        seal
    }

    fn over(&self, org: &OrgId, unique: &[u8]) -> [u8; SEAL] {
        let mut mac = self.0.clone();
        mac.update(b"cepatedge request 1\0");
        mac.update(unique);
        mac.update(org.as_str().as_bytes());
        let mut seal = [0; SEAL];
        seal.iter_mut().zip(mac.finalize().into_bytes()).for_each(|(to, from)| *to = from);
        seal
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seal() -> IdSeal {
        IdSeal::new(&[7; 32]).unwrap()
    }

    fn org(name: &str) -> OrgId {
        name.parse().unwrap()
    }

    fn key(text: &str) -> IdempotencyKey {
        text.parse().unwrap()
    }

    #[test]
    fn a_retried_create_meets_the_same_object_and_nobody_elses() {
        let [user, other] = [1, 2].map(|number| UserId(Uuid::from_u128(number)));
        let id = seal().derive(&org("default"), user, &key("k1"));
        assert_eq!(id, seal().derive(&org("default"), user, &key("k1")));
        assert_ne!(id, seal().derive(&org("default"), user, &key("k2")));
        assert_ne!(id, seal().derive(&org("default"), other, &key("k1")));
        assert_ne!(id, seal().derive(&org("other"), user, &key("k1")));
        // Frozen: another value would make every id of every deployment unknown.
        assert_eq!(id.to_string(), "be496a7d-f8cd-8d2d-810e-8b305ebe1a4b");
    }

    #[test]
    fn a_short_key_is_no_key() {
        assert!(IdSeal::new(&[7; 31]).is_none());
    }

    proptest! {
        #[test]
        fn a_minted_id_is_genuine_here_and_only_here(random: [u8; UNIQUE]) {
            let id = seal().mint(&org("default"), random);
            prop_assert!(seal().is_genuine(&org("default"), id));
            prop_assert!(!seal().is_genuine(&org("other"), id));
            prop_assert!(!IdSeal::new(&[8; 32]).unwrap().is_genuine(&org("default"), id));
            prop_assert_eq!(id.0.get_version_num(), 8);
            prop_assert_eq!(id.to_string().parse::<RequestId>().unwrap(), id);
        }

        #[test]
        fn an_id_with_any_bit_flipped_is_not_genuine(random: [u8; UNIQUE], bit in 0_usize..128) {
            let id = seal().mint(&org("default"), random);
            let flipped = RequestId(Uuid::from_u128(id.0.as_u128() ^ (1 << bit)));
            prop_assert!(!seal().is_genuine(&org("default"), flipped));
        }

        #[test]
        fn a_made_up_id_is_not_genuine(made_up: u128) {
            prop_assert!(!seal().is_genuine(&org("default"), RequestId(Uuid::from_u128(made_up))));
        }
    }
}
