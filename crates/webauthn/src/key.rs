//! A passkey's public key: from COSE (RFC 9053), as the authenticator wrote it, to JWK (RFC 7517), as SubtleCrypto takes it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use crate::cbor::{Malformed, Reader};

/// A public key of one of the three kinds that are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey {
    /// ECDSA on P-256 with SHA-256: -7.
    Es256 {
        /// The point.
        x: [u8; 32],
        /// The point.
        y: [u8; 32],
    },
    /// Ed25519: -8.
    EdDsa {
        /// The point.
        x: [u8; 32],
    },
    /// RSASSA-PKCS1-v1_5 with SHA-256: -257.
    Rs256 {
        /// The modulus.
        n: Vec<u8>,
        /// The exponent.
        e: Vec<u8>,
    },
}

/// A key as SubtleCrypto imports it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Jwk {
    kty: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    crv: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    e: Option<String>,
}

/// The bits of an RSA modulus that is taken: as NIST SP 800-131A has it, and no more than a signature may cost.
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=512;

impl PublicKey {
    /// The numbers of the kinds (IANA, COSE Algorithms), the one that is liked best first.
    pub const ALGORITHMS: [i64; 3] = [-7, -8, -257];

    /// Reads a COSE key, of which nothing is left over; `None` for what is not of a kind that is taken.
    #[must_use]
    pub fn from_cose(bytes: &[u8]) -> Option<Self> {
        Cose::read(bytes).ok()?.key()
    }

    /// As SubtleCrypto takes it.
    #[must_use]
    pub fn jwk(&self) -> Jwk {
        let text = |bytes: &[u8]| Some(URL_SAFE_NO_PAD.encode(bytes));
        let none = Jwk { kty: "", crv: None, x: None, y: None, n: None, e: None };
        match self {
            Self::Es256 { x, y } => Jwk { kty: "EC", crv: Some("P-256"), x: text(x), y: text(y), ..none },
            Self::EdDsa { x } => Jwk { kty: "OKP", crv: Some("Ed25519"), x: text(x), ..none },
            Self::Rs256 { n, e } => Jwk { kty: "RSA", n: text(n), e: text(e), ..none },
        }
    }
}

/// The entries of a COSE key that matter: their labels mean different things for each kind.
#[derive(Default)]
struct Cose<'a> {
    kind: Option<i64>,
    algorithm: Option<i64>,
    curve: Option<i64>,
    /// Labels -1, -2 and -3, where they are bytes.
    bytes: [Option<&'a [u8]>; 3],
}

impl<'a> Cose<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        let mut cose = Self::default();
        for _ in 0..reader.map()? {
            match reader.integer()? {
                Some(1) => cose.kind = reader.integer()?,
                Some(3) => cose.algorithm = reader.integer()?,
                Some(-1) => {
                    let before = reader;
                    match reader.bytes() {
                        Ok(found) => cose.bytes[0] = Some(found),
                        Err(Malformed) => {
                            reader = before;
                            cose.curve = reader.integer()?;
                        }
                    }
                }
                Some(-2) => cose.bytes[1] = Some(reader.bytes()?),
                Some(-3) => cose.bytes[2] = Some(reader.bytes()?),
                _ => reader.skip()?,
            }
        }
        if reader.rest().is_empty() { Ok(cose) } else { Err(Malformed) }
    }

    fn key(self) -> Option<PublicKey> {
        let [first, second, third] = self.bytes;
        match (self.kind?, self.algorithm?, self.curve) {
            (2, -7, Some(1)) => Some(PublicKey::Es256 { x: second?.try_into().ok()?, y: third?.try_into().ok()? }),
            (1, -8, Some(6)) => Some(PublicKey::EdDsa { x: second?.try_into().ok()? }),
            (3, -257, None) => {
                let (n, e) = (first?, second?);
                let is_fit = RSA_BYTES.contains(&n.len()) && (1..=4).contains(&e.len());
                is_fit.then(|| PublicKey::Rs256 { n: n.to_owned(), e: e.to_owned() })
            }
            _ => None,
        }
    }
}
