//! Passwords: Argon2id (RFC 9106) with OWASP's minimum cost, stored as PHC strings.
//!
//! A hash takes 19 MiB and about a tenth of a second of CPU; callers count the attempt (AccountObject) before they hash.
//! A password is hashed byte for byte as it was sent: never trimmed, cut or normalised.
//!
//! Architecture invariant: an unknown user costs the same hash as a wrong password.

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use thiserror::Error;

use super::common::{is_common, is_personal};

/// The shortest password that is taken, in characters.
pub const MIN_CHARS: usize = 8;

/// The longest password that is taken, in characters; longer ones are refused before anything is hashed.
pub const MAX_CHARS: usize = 128;

/// Memory of a hash, in KiB.
const MEMORY_KIB: u32 = 19_456;

/// Passes over the memory.
const PASSES: u32 = 2;

/// Lanes.
const LANES: u32 = 1;

/// The hash of a password that nobody has, of the same cost as [`hash`] makes: what an unknown user is checked against.
/// It was made once of 32 random bytes that were not kept.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$Ru6Cgs3r60F1pKetS/fftg$4QNTfkS2Jwoije4SaxeUlJYFjTqkkzfHjQ0MicHB4Nk";

/// Why a password is not hashed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PasswordRefusal {
    /// It has fewer than [`MIN_CHARS`] characters.
    #[error("A password has at least {MIN_CHARS} characters.")]
    TooShort,
    /// It has more than [`MAX_CHARS`] characters.
    #[error("A password has at most {MAX_CHARS} characters.")]
    TooLong,
    /// It is one of the most common ones.
    #[error("This password is one of those that are tried first. Choose another.")]
    TooCommon,
    /// It is what everybody knows of its owner.
    #[error("A password is not one's name or address, nor the name of this product.")]
    TooPersonal,
    /// The hash function refused its parameters, which are constants of this file.
    #[error("argon2: {0}")]
    Hashing(argon2::password_hash::Error),
}

/// Whether a new password may be taken by whom `known` tells of: their name, and what they sign in with.
///
/// # Errors
/// [`PasswordRefusal`], all but `Hashing`.
pub fn check(password: &str, known: &[&str]) -> Result<(), PasswordRefusal> {
    match password.chars().count() {
        ..MIN_CHARS => Err(PasswordRefusal::TooShort),
        MIN_CHARS..=MAX_CHARS if is_common(password) => Err(PasswordRefusal::TooCommon),
        MIN_CHARS..=MAX_CHARS if is_personal(password, known) => Err(PasswordRefusal::TooPersonal),
        MIN_CHARS..=MAX_CHARS => Ok(()),
        _ => Err(PasswordRefusal::TooLong),
    }
}

/// The PHC string of a new password that was [checked](check); `salt` are 16 random bytes, fresh for each.
///
/// # Errors
/// [`PasswordRefusal::Hashing`].
pub fn hash(password: &str, salt: &[u8; 16]) -> Result<String, PasswordRefusal> {
    let salt = SaltString::encode_b64(salt).map_err(PasswordRefusal::Hashing)?;
    let hash = argon2()?.hash_password(password.as_bytes(), &salt).map_err(PasswordRefusal::Hashing)?;
    Ok(hash.to_string())
}

/// Whether `password` is the one that was hashed. Without a hash (there is no such user, or he has no password) it does
/// the same work and says no.
#[must_use]
pub fn verify(hash: Option<&str>, password: &str) -> bool {
    // It is nobody's password, whoever the user is, so leaving early tells nothing.
    if password.chars().count() > MAX_CHARS {
        return false;
    }
    let holds = matches(hash.unwrap_or(NOBODY), password);
    holds && hash.is_some()
}

fn matches(hash: &str, password: &str) -> bool {
    // Algorithm and cost are those that the hash names, so that older hashes hold on when the constants rise.
    let Ok(hash) = PasswordHash::new(hash) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()
}

fn argon2() -> Result<Argon2<'static>, PasswordRefusal> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None);
    let params = params.map_err(|error| PasswordRefusal::Hashing(error.into()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with the reference implementation in C (through Python's argon2-cffi).
    const KNOWN: [(&str, &str); 4] = [
        ("password", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"),
        ("password", "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"),
        (
            "correct horse battery staple",
            "$argon2id$v=19$m=19456,t=2,p=1$Y2VwYXRlZGdlLXNhbHQtMQ$3yt/GTG29h+xds3gYMnvs7xb6ho5e4o9gdDLWLaVrwA",
        ),
        (
            "kata sandi é中\0🔑",
            "$argon2id$v=19$m=19456,t=2,p=1$Y2VwYXRlZGdlLXNhbHQtMg$Og8anEeteUdbTXNEi39QWYdUnB3MXGvcZIFAylAiKEM",
        ),
    ];

    #[test]
    fn known_hashes_hold_for_their_password_alone() {
        for (password, hash) in KNOWN {
            assert!(verify(Some(hash), password), "{hash}");
            for wrong in [format!("{password} "), password.to_uppercase(), String::new()] {
                assert!(!verify(Some(hash), &wrong), "{hash} {wrong:?}");
            }
        }
    }

    #[test]
    fn a_hash_made_here_names_our_cost_and_holds() {
        let password = "kata-sandi rahasia \0 é 🔑";
        let (first, second) = (hash(password, &[7; 16]).unwrap(), hash(password, &[8; 16]).unwrap());
        assert!(first.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{first}");
        assert_ne!(first, second, "the salt decides");
        assert!(verify(Some(&first), password));
        assert!(!verify(Some(&first), &password.replace('\0', "")));
    }

    #[test]
    fn an_unknown_user_is_refused_at_the_same_cost() {
        let prefix = |hash: &str| hash.split('$').take(4).collect::<Vec<_>>().join("$");
        assert_eq!(prefix(NOBODY), prefix(&hash("cepatedge-demo", &[7; 16]).unwrap()));
        let parsed = PasswordHash::new(NOBODY).unwrap();
        assert_eq!(parsed.salt.unwrap().decode_b64(&mut [0; 64]).unwrap().len(), 16);
        assert_eq!(parsed.hash.unwrap().len(), 32);
        assert!(!verify(None, "cepatedge-demo"));
        assert!(!verify(None, ""));
    }

    #[test]
    fn lengths_count_characters() {
        assert_eq!(check("1234567", &[]), Err(PasswordRefusal::TooShort));
        assert_eq!(check("éàüêôçñ", &[]), Err(PasswordRefusal::TooShort));
        assert_eq!(check(&"éàü".repeat(43), &[]), Err(PasswordRefusal::TooLong));
        let longest = "éàüê".repeat(32);
        assert_eq!(check(&longest, &[]), Ok(()));
        assert!(verify(Some(&hash(&longest, &[7; 16]).unwrap()), &longest));
        assert_eq!(check("éàüêôçñé", &[]), Ok(()));
        assert_eq!(check("12345678", &[]), Err(PasswordRefusal::TooCommon));
        assert_eq!(check("Sari2026", &["Sari Dewi"]), Err(PasswordRefusal::TooPersonal));
    }

    #[test]
    fn a_password_that_is_too_long_is_refused_unhashed() {
        let (_, known) = KNOWN[0];
        assert!(!verify(Some(known), &"x".repeat(10_000_000)));
        assert!(!verify(None, &"x".repeat(129)));
    }

    #[test]
    fn what_is_not_a_hash_holds_for_nothing() {
        for broken in
            ["", "x", "$argon2id$", "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ", "$2b$12$abcdefghijklmnopqrstuv"]
        {
            assert!(!verify(Some(broken), "password"), "{broken:?}");
            assert!(!verify(Some(broken), ""), "{broken:?}");
        }
    }
}
