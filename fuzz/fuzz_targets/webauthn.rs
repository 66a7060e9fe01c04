//! What an authenticator writes, as a browser hands it on: an attestation object, authenticator data, a signature.
//!
//! Whatever is taken has an id, a key and a signature of sizes that the platform takes, and what is signed begins with the authenticator
//! data. The client data is right, so that the bytes behind it are read.

#![no_main]

use cepatedge_fuzz::{Input, begin};
use libfuzzer_sys::fuzz_target;
use sha2::{Digest as _, Sha256};
use webauthn::{Expected, PublicKey, asserted, challenge_in, registered};

const EXPECTED: Expected<'_> = Expected { challenge: "AAAA", origins: &["https://app.example"], user_verified: false };

fn client(kind: &str) -> Vec<u8> {
    format!(r#"{{"type":"webauthn.{kind}","challenge":"AAAA","origin":"https://app.example"}}"#).into_bytes()
}

/// The hash of the party in front of what the fuzzer says: it finds no preimage.
fn data(rest: &[u8]) -> Vec<u8> {
    [Sha256::digest("app.example").as_slice(), rest].concat()
}

fuzz_target!(init: begin(), |bytes: &[u8]| {
    let mut input = Input(bytes);
    match input.byte() % 4 {
        0 => {
            if let Ok(made) = registered(&EXPECTED, &client("create"), input.0) {
                check_key(&made.cose);
                assert!((1..=1_023).contains(&made.id.len()) && made.flags.user_present());
            }
        }
        1 => {
            let object = data(input.0);
            let length = u8::try_from(object.len()).unwrap_or(u8::MAX);
            let head = [&[0xa3, 0x63][..], b"fmt\x64none\x67attStmt\xa0\x68authData\x58", &[length]].concat();
            let object = [head, object].concat();
            if let Ok(made) = registered(&EXPECTED, &client("create"), &object) {
                check_key(&made.cose);
            }
        }
        2 => {
            let signature = input.bytes();
            let data = data(input.0);
            for key in [PublicKey::Es256 { x: [1; 32], y: [2; 32] }, PublicKey::EdDsa { x: [1; 32] }] {
                if let Ok(used) = asserted(&EXPECTED, &client("get"), &data, signature, &key) {
                    assert!(used.message.starts_with(&data) && used.message.len() == data.len() + 32);
                    assert!(matches!(key, PublicKey::EdDsa { .. }) || used.signature.len() == 64);
                }
            }
        }
        _ => {
            let _ = challenge_in(input.0);
            let _ = PublicKey::from_cose(input.0).map(|key| key.jwk());
        }
    }
});

fn check_key(cose: &[u8]) {
    let key = PublicKey::from_cose(cose).expect("it was taken");
    if let PublicKey::Rs256 { n, e } = &key {
        assert!((256..=512).contains(&n.len()) && (1..=4).contains(&e.len()));
    }
    assert!(serde_json::to_string(&key.jwk()).expect("JSON").len() < 1_024);
}
