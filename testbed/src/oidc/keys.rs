//! The provider's keys: two for RSA, of which one signs, and one on P-256. They are made anew by each process, and kept nowhere.

use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, anyhow, bail};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};

use crate::node;

/// `ring` makes no RSA keys; Node does.
const MAKE: &str = "for (let at = 0; at < 3; at++) console.log(require('node:crypto').generateKeyPairSync('rsa', { modulusLength: 2048, \
    publicKeyEncoding: { type: 'spki', format: 'der' }, privateKeyEncoding: { type: 'pkcs8', format: 'der' } }).privateKey.toString('base64'))";

#[derive(Debug)]
pub(super) struct Keys {
    /// The last one is never published.
    rsa: Vec<RsaKeyPair>,
    ec: EcdsaKeyPair,
    rotations: AtomicUsize,
}

impl Keys {
    pub(super) fn generate() -> Result<Self> {
        static MADE: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
        let made = match MADE.get() {
            Some(made) => made,
            None => {
                let made = rsa()?;
                MADE.get_or_init(|| made)
            }
        };
        let unusable = |error| anyhow!("a key of the identity provider cannot be used: {error}");
        let random = SystemRandom::new();
        let ec = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)
            .map_err(|_| anyhow!("no key on P-256 could be made"))?;
        Ok(Self {
            rsa: made.iter().map(|key| RsaKeyPair::from_pkcs8(key).map_err(unusable)).collect::<Result<_>>()?,
            ec: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, ec.as_ref(), &random).map_err(unusable)?,
            rotations: AtomicUsize::new(0),
        })
    }

    pub(super) fn rotate(&self) {
        self.rotations.fetch_add(1, Ordering::Relaxed);
    }

    /// The name of the RSA key that signs; each rotation has one of its own.
    pub(super) fn name(&self) -> String {
        format!("rsa-{}", self.rotations.load(Ordering::Relaxed))
    }

    fn current(&self) -> &RsaKeyPair {
        &self.rsa[self.rotations.load(Ordering::Relaxed) % 2]
    }

    /// Signs with the RSA key that is published, or with one that never is.
    pub(super) fn rs256(&self, message: &str, is_published: bool) -> Vec<u8> {
        let key = if is_published { self.current() } else { &self.rsa[2] };
        let mut signature = vec![0; key.public().modulus_len()];
        let signed = key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature);
        signed.expect("an RSA signature");
        signature
    }

    pub(super) fn es256(&self, message: &str) -> Vec<u8> {
        let signed = self.ec.sign(&SystemRandom::new(), message.as_bytes());
        signed.expect("a signature on P-256").as_ref().to_vec()
    }

    /// The modulus of the RSA key that signs.
    pub(super) fn modulus(&self) -> String {
        let public = self.current().public();
        let modulus: ring::rsa::PublicKeyComponents<Vec<u8>> = public.into();
        URL_SAFE_NO_PAD.encode(modulus.n)
    }

    /// The keys as they are published: beside those that sign, one that encrypts, as Keycloak has it, and one of a kind to come.
    pub(super) fn published(&self, has_algorithms: bool) -> Value {
        let modulus = self.modulus();
        let point = self.ec.public_key().as_ref();
        let [x, y] = [&point[1..33], &point[33..65]].map(|half| URL_SAFE_NO_PAD.encode(half));
        let mut rsa = json!({ "kty": "RSA", "use": "sig", "kid": self.name(), "n": modulus, "e": "AQAB", "x5c": ["MIIC"], "x5t": "x" });
        if has_algorithms {
            rsa["alg"] = json!("RS256");
        }
        json!({ "keys": [
            { "kty": "RSA", "use": "enc", "alg": "RSA-OAEP", "kid": "enc-1", "n": modulus, "e": "AQAB" },
            rsa,
            { "kty": "EC", "use": "sig", "alg": "ES256", "kid": "ec-1", "crv": "P-256", "x": x, "y": y },
            { "kty": "AKP", "alg": "ML-DSA-44", "kid": "to-come", "pub": "AA" },
        ] })
    }
}

fn rsa() -> Result<Vec<Vec<u8>>> {
    let node = node::find().context("there is no Node that is new enough")?;
    let output = Command::new(node).args(["-e", MAKE]).output().context("Node does not run")?;
    if !output.status.success() {
        bail!("Node made no RSA keys: {}", String::from_utf8_lossy(&output.stderr));
    }
    let text = String::from_utf8(output.stdout)?;
    text.lines().map(|line| Ok(STANDARD.decode(line)?)).collect()
}
