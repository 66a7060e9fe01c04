//! A browser's side: the keys of a subscription, and what opens a message (RFC 8188, RFC 8291).

use anyhow::{Context, Result, anyhow, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use p256::{PublicKey, SecretKey};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use sha2::Sha256;

/// A browser that has subscribed.
#[derive(Debug)]
pub(super) struct Browser {
    pub(super) endpoint: String,
    /// The key of whoever may send to it.
    pub(super) sender: String,
    secret: SecretKey,
    auth: [u8; 16],
}

impl Browser {
    pub(super) fn subscribed(endpoint: String, sender: &str) -> Result<Self> {
        let (mut secret, mut auth) = ([0; 32], [0; 16]);
        for bytes in [&mut secret[..], &mut auth[..]] {
            getrandom::getrandom(bytes).map_err(|error| anyhow!("the system gave no random bytes: {error}"))?;
        }
        let secret = SecretKey::from_slice(&secret).context("no key of the curve")?;
        Ok(Self { endpoint, sender: sender.to_owned(), secret, auth })
    }

    pub(super) fn p256dh(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.point())
    }

    pub(super) fn auth(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.auth)
    }

    fn point(&self) -> Vec<u8> {
        self.secret.public_key().to_encoded_point(false).as_bytes().to_vec()
    }

    /// Opens a message of one record.
    pub(super) fn open(&self, message: &[u8]) -> Result<Vec<u8>> {
        let (salt, rest) = message.split_at_checked(16).context("no salt")?;
        let (size, rest) = rest.split_at_checked(4).context("no size of records")?;
        let size = u32::from_be_bytes(size.try_into()?) as usize;
        let (length, rest) = rest.split_at_checked(1).context("no length of the key")?;
        let (theirs, record) = rest.split_at_checked(usize::from(length[0])).context("no key")?;
        ensure!(record.len() <= size && record.len() > 16, "it is no single record");
        let point = PublicKey::from_sec1_bytes(theirs).context("the key is no point")?;
        let shared = p256::ecdh::diffie_hellman(self.secret.to_nonzero_scalar(), point.as_affine());
        let info = [&b"WebPush: info\0"[..], &self.point(), theirs].concat();
        let input = derived(&self.auth, shared.raw_secret_bytes(), &info)?;
        let key = derived(salt, &input, b"Content-Encoding: aes128gcm\0")?;
        let nonce = derived(salt, &input, b"Content-Encoding: nonce\0")?;
        let key = UnboundKey::new(&AES_128_GCM, &key[..16]).map_err(|_| anyhow!("no key"))?;
        let nonce = Nonce::try_assume_unique_for_key(&nonce[..12]).map_err(|_| anyhow!("no nonce"))?;
        let mut record = record.to_vec();
        let opened = LessSafeKey::new(key).open_in_place(nonce, Aad::empty(), &mut record);
        let opened = opened.map_err(|_| anyhow!("it is not for this browser"))?;
        // Behind the words stand a 2, since it is the last record, and zeros.
        let end = opened.iter().rposition(|byte| *byte != 0).context("it has no end")?;
        ensure!(opened[end] == 2, "it is no last record");
        Ok(opened[..end].to_vec())
    }
}

/// The first 32 bytes of HKDF-SHA256 (RFC 5869).
fn derived(salt: &[u8], input: &[u8], info: &[u8]) -> Result<[u8; 32]> {
    let mac = |key: &[u8], parts: &[&[u8]]| -> Result<[u8; 32]> {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).map_err(|_| anyhow!("no key"))?;
        parts.iter().for_each(|part| mac.update(part));
        Ok(mac.finalize().into_bytes().into())
    };
    mac(&mac(salt, &[input])?, &[info, &[1]])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8291, section 5 and appendix A.
    #[test]
    fn the_example_of_the_standard_is_opened() {
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        let browser = Browser {
            endpoint: String::new(),
            sender: String::new(),
            secret: SecretKey::from_slice(&bytes("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")).unwrap(),
            auth: bytes("BTBZMqHH6r4Tts7J_aSIgg").try_into().unwrap(),
        };
        assert_eq!(
            browser.p256dh(),
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
        );
        let message = bytes(
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT\
             pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
        );
        assert_eq!(browser.open(&message).unwrap(), b"When I grow up, I want to be a watermelon");
        assert!(browser.open(&message[..message.len() - 1]).is_err());
    }
}
