//! Recovery codes: ten words of random letters, each for one use, for whoever has lost every other factor.
//!
//! A code has 50 random bits. What is kept of it is a MAC under a key of this deployment, so that a copy of the table alone lets nobody
//! try codes; tries over HTTP are throttled.

use base::hex;
use base::ids::UserId;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// So many codes are a set.
pub const COUNT: usize = 10;

/// Letters of a code, of five bits each.
const LETTERS: usize = 10;

/// Without those that people take for one another (Crockford's base32).
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The code of random bytes: the low five bits of each.
#[must_use]
pub fn code(random: [u8; LETTERS]) -> String {
    let letters = random.map(|byte| char::from(ALPHABET.get(usize::from(byte & 31)).copied().unwrap_or(b'0')));
    let (first, second) = letters.split_at(LETTERS / 2);
    format!("{}-{}", first.iter().collect::<String>(), second.iter().collect::<String>())
}

/// Reads a code as people type it: any case, any dashes and spaces, and the letters that look like digits as those.
#[must_use]
pub fn parse(text: &str) -> Option<String> {
    let letters = text.chars().filter(|character| !character.is_whitespace() && *character != '-');
    let plain: String = letters
        .map(|character| match character.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        })
        .collect();
    let is_code = plain.len() == LETTERS && plain.bytes().all(|byte| ALPHABET.contains(&byte));
    is_code.then_some(plain)
}

/// What is kept of a code of this person's.
#[must_use]
pub fn hash(key: &[u8; 32], user: UserId, code: &str) -> Option<String> {
    let plain = parse(code)?;
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).ok()?;
    mac.update(format!("{user}/{plain}").as_bytes());
    Some(hex(&mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_back_however_it_is_typed() {
        let written = code([0, 1, 31, 32, 63, 17, 18, 19, 20, 21]);
        assert_eq!(written, "01z0z-hjkmn");
        for typed in ["01z0z-hjkmn", "01Z0ZHJKMN", " OlZoz hjkmn "] {
            assert_eq!(parse(typed).as_deref(), Some("01z0zhjkmn"), "{typed}");
        }
        for none in ["", "01z0z-hjkm", "01z0z-hjkmnp", "01z0z-hjkmu", "01z0z-hjkmé", "123456"] {
            assert_eq!(parse(none), None, "{none}");
        }
    }

    #[test]
    fn a_hash_is_of_one_person_under_one_key() {
        let (one, two): (UserId, UserId) = (
            "00000000-0000-0000-0000-000000000001".parse().unwrap(),
            "00000000-0000-0000-0000-000000000002".parse().unwrap(),
        );
        let hashed = hash(&[1; 32], one, "01z0z-hjkmn").unwrap();
        assert_eq!(hashed.len(), 64);
        assert_eq!(hash(&[1; 32], one, "O1ZOZHJKMN").unwrap(), hashed);
        assert_ne!(hash(&[1; 32], two, "01z0z-hjkmn").unwrap(), hashed);
        assert_ne!(hash(&[2; 32], one, "01z0z-hjkmn").unwrap(), hashed);
        assert_eq!(hash(&[1; 32], one, "no code"), None);
    }
}
