//! The test vectors of the standard (WebAuthn level 3, section 16, of the W3C), in `vectors.json`, and what is made wrong of them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::*;

const ORIGIN: &str = "https://example.org";

fn unhex(text: &Value) -> Vec<u8> {
    let digits = text.as_str().unwrap().as_bytes();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// The fields of a vector's ceremony, with the challenge as a browser is given it.
struct Vector(Value);

impl Vector {
    fn of(name: &str, ceremony: &str) -> Self {
        let all: Value = serde_json::from_str(include_str!("vectors.json")).unwrap();
        Vector(all[name][ceremony].clone())
    }

    fn bytes(&self, field: &str) -> Vec<u8> {
        unhex(&self.0[field])
    }

    fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes("challenge"))
    }
}

fn expected(challenge: &str) -> Expected<'_> {
    Expected { challenge, origins: &["https://app.example", ORIGIN], user_verified: false }
}

fn registration(name: &str) -> Result<Registered, Refused> {
    let vector = Vector::of(name, "registration");
    let challenge = vector.challenge();
    registered(&expected(&challenge), &vector.bytes("clientDataJSON"), &vector.bytes("attestationObject"))
}

fn assertion(name: &str, change: impl FnOnce(&mut [Vec<u8>; 3])) -> Result<Asserted, Refused> {
    let vector = Vector::of(name, "authentication");
    let mut parts = ["clientDataJSON", "authenticatorData", "signature"].map(|field| vector.bytes(field));
    change(&mut parts);
    let [client, data, signature] = parts;
    let key = PublicKey::from_cose(&registration(name).unwrap().cose).unwrap();
    asserted(&expected(&vector.challenge()), &client, &data, &signature, &key)
}

#[test]
fn the_vectors_of_the_standard_are_taken() {
    for name in ["none-es256", "packed-self-es256", "none-es256-long-credential-id", "packed-rs256", "packed-eddsa"] {
        let vector = Vector::of(name, "registration");
        let made = registration(name).unwrap_or_else(|refused| panic!("{name}: {refused}"));
        assert_eq!(made.id, vector.bytes("credential_id"), "{name}");
        let used = assertion(name, |_| ()).unwrap_or_else(|refused| panic!("{name}: {refused}"));
        let data = Vector::of(name, "authentication").bytes("authenticatorData");
        assert_eq!(used.message[..data.len()], data, "{name}");
        assert_eq!(used.message.len(), data.len() + 32);
        match PublicKey::from_cose(&made.cose) {
            Some(PublicKey::Es256 { .. } | PublicKey::EdDsa { .. }) => assert_eq!(used.signature.len(), 64, "{name}"),
            Some(PublicKey::Rs256 { n, .. }) => assert_eq!(used.signature.len(), n.len(), "{name}"),
            None => panic!("{name}: no key"),
        }
    }
    // The same numbers in two spellings.
    let used = assertion("none-es256", |_| ()).unwrap();
    assert_eq!(used.signature[..4], [0xf5, 0x0a, 0x4e, 0x2e]);
    assert_eq!(used.signature[32..36], [0x84, 0x80, 0xac, 0x0f]);
}

#[test]
fn a_frame_of_another_origin_and_a_key_of_another_kind_are_refused() {
    assert_eq!(registration("none-es256-crossOrigin"), Err(Refused::OtherOrigin));
    assert_eq!(registration("packed-es384"), Err(Refused::OtherKey));
}

#[test]
fn each_check_refuses_what_breaks_it() {
    let vector = Vector::of("none-es256", "authentication");
    let challenge = vector.challenge();
    let [client, data, signature] =
        ["clientDataJSON", "authenticatorData", "signature"].map(|field| vector.bytes(field));
    let key = PublicKey::from_cose(&registration("none-es256").unwrap().cose).unwrap();
    let with = |expected: &Expected<'_>| asserted(expected, &client, &data, &signature, &key).map(|_| ());

    assert_eq!(with(&expected(&challenge)), Ok(()));
    assert_eq!(with(&expected("AAAA")), Err(Refused::OtherChallenge));
    for origins in [&["https://example.com"][..], &["http://example.org"], &["https://example.org:8443"], &[]] {
        assert_eq!(with(&Expected { origins, ..expected(&challenge) }), Err(Refused::OtherOrigin));
    }
    // The answer to the other ceremony.
    let made = Vector::of("none-es256", "registration");
    let answered = registered(&expected(&challenge), &client, &made.bytes("attestationObject"));
    assert_eq!(answered, Err(Refused::OtherCeremony));
    // Flags: nobody there; not verified; backed up and not eligible for it.
    let flags = |flags: u8| assertion("none-es256", |[_, data, _]| data[32] = flags).map(|used| used.flags);
    assert_eq!(flags(0x00), Err(Refused::NotPresent));
    assert_eq!(flags(0x11), Err(Refused::Malformed));
    let copied = flags(0x1d).unwrap();
    assert!(copied.user_present() && copied.user_verified() && copied.backup_eligible() && copied.backed_up());
    let unverified = [&data[..32], &[0x01, 0, 0, 0, 0]].concat();
    let strict = Expected { user_verified: true, ..expected(&challenge) };
    let answered = asserted(&strict, &client, &unverified, &signature, &key).map(|_| ());
    assert_eq!(answered, Err(Refused::NotVerified));
    assert_eq!(assertion("none-es256", |[_, data, _]| data[0] ^= 1).map(|_| ()), Err(Refused::OtherParty));
    assert_eq!(assertion("none-es256", |[_, data, _]| data.push(0)).map(|_| ()), Err(Refused::Malformed));
    assert_eq!(assertion("none-es256", |[_, _, signature]| signature[0] = 0).map(|_| ()), Err(Refused::Malformed));
    assert_eq!(assertion("none-es256", |[client, ..]| client.truncate(9)).map(|_| ()), Err(Refused::Malformed));
}

#[test]
fn a_cut_attestation_is_refused_wherever_it_is_cut() {
    let vector = Vector::of("none-es256", "registration");
    let (client, object) = (vector.bytes("clientDataJSON"), vector.bytes("attestationObject"));
    let challenge = vector.challenge();
    for length in 0..object.len() {
        assert!(registered(&expected(&challenge), &client, &object[..length]).is_err(), "{length}");
    }
}

#[test]
fn a_key_has_its_jwk() {
    let jwk = |name: &str| {
        let key = PublicKey::from_cose(&registration(name).unwrap().cose).unwrap();
        serde_json::to_value(key.jwk()).unwrap()
    };
    let es256 = jwk("none-es256");
    assert_eq!((&es256["kty"], &es256["crv"]), (&"EC".into(), &"P-256".into()));
    assert_eq!(es256["x"], "r--hb5fKmy0j64bMtkCY0g25CFYGLrJJwzqbZy8m32E");
    assert_eq!(es256["n"], Value::Null);
    assert_eq!(jwk("packed-eddsa")["crv"], "Ed25519");
    let rsa = jwk("packed-rs256");
    assert_eq!((&rsa["kty"], &rsa["e"]), (&"RSA".into(), &"AQAB".into()));
}

#[test]
fn the_party_is_the_host_of_the_origin() {
    assert_eq!(party_of("https://app.cepatedge.com"), Some("app.cepatedge.com"));
    assert_eq!(party_of("http://localhost:8811"), Some("localhost"));
    for none in ["", "https://", "null", "https://:1"] {
        assert_eq!(party_of(none), None, "{none}");
    }
}
