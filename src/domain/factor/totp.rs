//! Codes that change every half minute (RFC 6238, on HOTP of RFC 4226): SHA-1, 6 digits, 30 seconds, as every authenticator app takes them.
//!
//! A code is good for its own half minute and the ones before and after it, for clocks that differ and people who type. Each works once: the
//! step of the last one that was taken is kept, and none of that step or before is taken again (RFC 6238, section 5.2).

use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha1::Sha1;

/// Bytes of a secret: as long as the hash (RFC 4226, section 4, R6).
pub const SECRET_BYTES: usize = 20;

/// Milliseconds of a step.
pub const STEP_MS: i64 = 30_000;

/// Digits of a code.
const DIGITS: usize = 6;

/// The code of a step.
#[must_use]
pub fn code(secret: &[u8], step: i64) -> Option<u32> {
    let mut mac = <Hmac<Sha1> as KeyInit>::new_from_slice(secret).ok()?;
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let offset = usize::from(hash.last()? & 0x0f);
    let cut: [u8; 4] = hash.get(offset..offset + 4)?.try_into().ok()?;
    Some((u32::from_be_bytes(cut) & 0x7fff_ffff) % 1_000_000)
}

/// Reads a code as people type it, with or without spaces: six digits.
#[must_use]
pub fn parse(text: &str) -> Option<u32> {
    let digits: String = text.chars().filter(|character| !character.is_whitespace()).collect();
    let is_code = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_code.then(|| digits.parse().ok()).flatten()
}

/// The step whose code this is, around `now_ms`: the first behind `last`, if any.
#[must_use]
pub fn matching(secret: &[u8], typed: u32, last: i64, now_ms: i64) -> Option<i64> {
    let now = now_ms.div_euclid(STEP_MS);
    (now - 1..=now + 1).find(|step| *step > last && code(secret, *step) == Some(typed))
}

/// A secret as people type it: base32 (RFC 4648) without padding.
#[must_use]
pub fn base32(secret: &[u8]) -> String {
    const DIGITS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity(secret.len() * 8 / 5 + 1);
    let (mut bits, mut kept) = (0_u32, 0);
    for byte in secret {
        bits = (bits << 8) | u32::from(*byte);
        kept += 8;
        while kept >= 5 {
            kept -= 5;
            let digit = DIGITS.get((bits >> kept) as usize & 31).copied().unwrap_or(b'A');
            text.push(char::from(digit));
        }
        bits &= (1 << kept) - 1;
    }
    if kept > 0 {
        let digit = DIGITS.get((bits << (5 - kept)) as usize & 31).copied().unwrap_or(b'A');
        text.push(char::from(digit));
    }
    text
}

/// What an authenticator app reads from a picture (Key URI format).
#[must_use]
pub fn uri(secret: &[u8], issuer: &str, login: &str) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let (issuer, login) = (encoded(issuer), encoded(login));
    format!(
        "otpauth://totp/{issuer}:{login}?secret={}&issuer={issuer}&algorithm=SHA1&digits=6&period=30",
        base32(secret)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8; 20] = b"12345678901234567890";

    /// RFC 4226, appendix D.
    #[test]
    fn the_codes_of_rfc_4226_are_ours() {
        let codes = [755_224, 287_082, 359_152, 969_429, 338_314, 254_676, 287_922, 162_583, 399_871, 520_489];
        for (step, expected) in (0..).zip(codes) {
            assert_eq!(code(SECRET, step), Some(expected), "{step}");
        }
    }

    /// RFC 6238, appendix B: its eight digits, of which the last six are a code of six.
    #[test]
    fn the_codes_of_rfc_6238_are_ours() {
        for (seconds, eight) in [
            (59_i64, 94_287_082_u32),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ] {
            let typed = eight % 1_000_000;
            assert_eq!(matching(SECRET, typed, 0, seconds * 1_000), Some(seconds / 30), "{seconds}");
        }
    }

    #[test]
    fn a_code_is_good_for_its_step_and_its_neighbours_and_once() {
        let (step, now_ms) = (59_833_333, 59_833_333 * STEP_MS + 12_345);
        for (of, is_good) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let typed = code(SECRET, step + of).unwrap();
            assert_eq!(matching(SECRET, typed, 0, now_ms).is_some(), is_good, "{of}");
            // Neither it nor one before it is taken again.
            for last in [step + of, step + 2] {
                assert_eq!(matching(SECRET, typed, last, now_ms), None, "{of}");
            }
        }
        assert_eq!(matching(b"another secret.......", code(SECRET, step).unwrap(), 0, now_ms), None);
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        assert_eq!(parse(" 012 345 "), Some(12_345));
        for none in ["", "12345", "1234567", "12345a", "-12345", "١٢٣٤٥٦", "+12345"] {
            assert_eq!(parse(none), None, "{none}");
        }
    }

    /// RFC 4648, section 10, without the padding.
    #[test]
    fn a_secret_is_written_in_base32() {
        let pairs =
            [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("foobar", "MZXW6YTBOI")];
        for (text, expected) in pairs {
            assert_eq!(base32(text.as_bytes()), expected);
        }
        assert_eq!(base32(&[0xff; SECRET_BYTES]), "7".repeat(32));
    }

    #[test]
    fn a_name_breaks_out_of_no_uri() {
        let uri = uri(SECRET, "Hotel: \"Melati\" & Sons", "ani+1@melati.test");
        assert!(uri.starts_with("otpauth://totp/Hotel%3A%20%22Melati%22%20%26%20Sons:ani%2B1%40melati%2Etest?secret="));
        assert_eq!(uri.matches('&').count(), 4);
    }
}
