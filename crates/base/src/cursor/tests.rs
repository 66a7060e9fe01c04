//! A cursor opens for its own key, list and viewer, and for nothing else.

use super::*;

const KEY: &[u8] = b"a key for tests, and no other one";

fn position() -> Position {
    Position { ts: 1_795_499_162_123, id: "42".into() }
}

#[test]
fn the_sealed_form_is_frozen() {
    // A change makes every cursor in the hands of clients invalid: give the layout a new number.
    assert_eq!(seal(KEY, "requests", &position()), "AQAAAaIMFvoLNDKMBcsGJJdIaLhjkEqCRf24");
}

#[test]
fn the_tag_is_hmac_sha256_for_keys_of_any_length() {
    for key in [&b""[..], b"short", &[7; 64], &[7; 65], &[7; 1_000]] {
        let expected =
            <Hmac<Sha256> as KeyInit>::new_from_slice(key).unwrap().chain_update(b"x").finalize().into_bytes();
        let block = <Hmac<Sha256> as KeyInit>::new(&key_block(key).into());
        assert_eq!(block.chain_update(b"x").finalize().into_bytes(), expected);
    }
}

#[test]
fn scope_and_payload_do_not_run_into_each_other() {
    let first = authenticate(KEY, "ab", b"c").finalize().into_bytes();
    assert_ne!(first, authenticate(KEY, "a", b"bc").finalize().into_bytes());
}

#[test]
fn what_is_no_cursor_is_refused() {
    let sealed = seal(KEY, "requests", &position());
    let strangers = [
        String::new(),
        "=".into(),
        "AA".into(),
        "🦀".into(),
        format!("{sealed}="),
        format!("{sealed}A"),
        "A".repeat(100_000),
    ];
    for stranger in strangers {
        assert_eq!(open(KEY, "requests", &stranger), Err(Refusal::InvalidCursor), "{stranger:.40}");
    }
}

#[test]
fn a_position_in_a_timeline_is_a_seq() {
    assert_eq!(Position::at(Timestamp::from_ms(7), 42_i64).seq(), Ok(42));
    assert_eq!(Position::at(Timestamp::from_ms(7), "x").seq(), Err(Refusal::InvalidCursor));
}

#[cfg(not(target_arch = "wasm32"))]
mod properties {
    use super::*;
    use proptest::prelude::*;

    fn positions() -> impl Strategy<Value = Position> {
        (any::<i64>(), ".{0,40}").prop_map(|(ts, id)| Position { ts, id })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn what_was_sealed_opens(position in positions(), key in any::<Vec<u8>>(), scope in any::<String>()) {
            let text = seal(&key, &scope, &position);
            prop_assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
            prop_assert_eq!(open(&key, &scope, &text), Ok(position));
        }

        #[test]
        fn another_key_or_scope_is_refused(
            position in positions(),
            keys in any::<([u8; 32], [u8; 32])>(),
            scopes in (".{0,30}", ".{0,30}"),
        ) {
            let text = seal(&keys.0, &scopes.0, &position);
            prop_assert_eq!(open(&keys.1, &scopes.0, &text).is_ok(), keys.0 == keys.1);
            prop_assert_eq!(open(&keys.0, &scopes.1, &text).is_ok(), scopes.0 == scopes.1);
        }

        #[test]
        fn any_flipped_bit_is_refused(position in positions(), place in any::<prop::sample::Index>(), bit in 0..8_u32) {
            let mut bytes = URL_SAFE_NO_PAD.decode(seal(KEY, "requests", &position)).unwrap();
            let place = place.index(bytes.len());
            bytes[place] ^= 1 << bit;
            let text = URL_SAFE_NO_PAD.encode(bytes);
            prop_assert_eq!(open(KEY, "requests", &text), Err(Refusal::InvalidCursor));
        }

        #[test]
        fn any_changed_character_is_refused(position in positions(), place in any::<prop::sample::Index>(), other in "[ -~]") {
            let text = seal(KEY, "requests", &position);
            let place = place.index(text.len());
            let changed = format!("{}{other}{}", &text[..place], &text[place + 1..]);
            prop_assert_eq!(open(KEY, "requests", &changed).is_ok(), changed == text);
        }

        #[test]
        fn no_text_is_too_strange(text in any::<String>()) {
            prop_assert_eq!(open(KEY, "requests", &text), Err(Refusal::InvalidCursor));
        }
    }
}
