//! A passkey without a browser: it makes and uses one as an authenticator does, so that a test can also do it wrong.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Somebody was there; it was the user; the passkey may be copied, and was.
pub const PRESENT: u8 = 0x01;
pub const VERIFIED: u8 = 0x04;
pub const SYNCED: u8 = 0x18;

/// A passkey of P-256 for pages of one origin.
pub struct Authenticator {
    pair: EcdsaKeyPair,
    id: Vec<u8>,
    /// What the browser says the page's origin is.
    pub origin: String,
    /// What the authenticator says of its user.
    pub flags: u8,
    /// How often it has signed.
    pub count: u32,
}

impl Authenticator {
    /// A new one.
    pub fn new(origin: &str) -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).expect("a key");
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref(), &random).expect("a key");
        let id = Sha256::digest(pair.public_key().as_ref())[..16].to_vec();
        Authenticator { pair, id, origin: origin.to_owned(), flags: PRESENT | VERIFIED | SYNCED, count: 0 }
    }

    /// Its id, as the API has it.
    pub fn id(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.id)
    }

    /// The answer to the options of a new passkey.
    pub fn made(&self, options: &Value) -> Value {
        let point = self.pair.public_key().as_ref();
        let cose =
            [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32][..], &point[1..33], &[0x22, 0x58, 32], &point[33..]];
        let length = u16::try_from(self.id.len()).expect("short").to_be_bytes();
        let attested = [&[0; 16][..], &length, &self.id, &cose.concat()].concat();
        let data = [self.data(&options["rp"]["id"], self.flags | 0x40), attested].concat();
        let object = [
            &[0xa3, 0x63][..],
            b"fmt",
            &[0x64],
            b"none",
            &[0x67],
            b"attStmt",
            &[0xa0, 0x68],
            b"authData",
            &[0x58],
            &[u8::try_from(data.len()).expect("short")],
            &data,
        ];
        let client = self.client("webauthn.create", options);
        json!({ "id": self.id(), "type": "public-key", "clientExtensionResults": {}, "response": {
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client),
            "attestationObject": URL_SAFE_NO_PAD.encode(object.concat()),
            "transports": ["internal"],
        } })
    }

    /// The answer to the options of its use.
    pub fn used(&self, options: &Value) -> Value {
        let data = self.data(&options["rpId"], self.flags);
        let client = self.client("webauthn.get", options);
        let message = [&data[..], &Sha256::digest(&client)].concat();
        let signature = self.pair.sign(&SystemRandom::new(), &message).expect("a signature");
        json!({ "id": self.id(), "rawId": self.id(), "type": "public-key", "response": {
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client),
            "authenticatorData": URL_SAFE_NO_PAD.encode(data),
            "signature": URL_SAFE_NO_PAD.encode(signature.as_ref()),
            "userHandle": null,
        } })
    }

    fn data(&self, party: &Value, flags: u8) -> Vec<u8> {
        let party = Sha256::digest(party.as_str().expect("a party").as_bytes());
        [&party[..], &[flags], &self.count.to_be_bytes()].concat()
    }

    fn client(&self, kind: &str, options: &Value) -> Vec<u8> {
        let client =
            json!({ "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false });
        client.to_string().into_bytes()
    }
}
