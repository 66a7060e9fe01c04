//! Page cursors.
//!
//! A cursor that opens is, to the letter, the one that sealing its position makes; what was sealed opens in its own
//! scope under its own key and nowhere else; a damaged one does not open; and what stands behind a right seal opens
//! if and only if its layout is ours.

#![no_main]

use base::cursor::{open, seal};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cepatedge::domain::Position;
use cepatedge_fuzz::{Input, begin, damaged};
use hmac::{Hmac, KeyInit, Mac};
use libfuzzer_sys::fuzz_target;
use sha2::Sha256;

const KEY: &[u8; 32] = b"the key of cursors in this test.";
const SCOPE: &str = "requests;viewer=7,manager;q=3:fan";

fuzz_target!(init: begin(), |data: &[u8]| {
    let mut input = Input(data);
    match input.byte() % 4 {
        0 => opens_as_itself(KEY, SCOPE, &input.rest()),
        1 => opens_where_it_was_sealed(&mut input),
        2 => damage_is_noticed(&mut input),
        _ => layout_is_checked(input.0),
    }
});

fn opens_as_itself(key: &[u8], scope: &str, text: &str) {
    if let Ok(position) = open(key, scope, text) {
        assert_eq!(seal(key, scope, &position), text);
        assert_eq!(position.seq().ok(), position.id.parse::<i64>().ok());
    }
}

fn opens_where_it_was_sealed(input: &mut Input<'_>) {
    let ts = i64::from_be_bytes(input.array());
    let (scope, other, id) = (input.text(), input.text(), input.text());
    let position = Position { ts, id };
    let text = seal(KEY, &scope, &position);
    assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    // Ids are UUIDs and numbers: one that makes the text longer than any of ours is not in use.
    assert_eq!(open(KEY, &scope, &text).ok(), (text.len() <= 1_024).then_some(position));
    assert!(scope == other || open(KEY, &other, &text).is_err());
    assert!(open(b"another key", &scope, &text).is_err());
}

fn damage_is_noticed(input: &mut Input<'_>) {
    let position = Position { ts: 1_795_499_162_123, id: "7d7c9c3a-53ea-8b0e-9d9a-64a8f1f0a001".to_owned() };
    let text = seal(KEY, SCOPE, &position);
    let damaged = damaged(&text, input);
    assert_eq!(open(KEY, SCOPE, &damaged).is_ok(), damaged == text);
}

fn layout_is_checked(payload: &[u8]) {
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY).unwrap();
    mac.update(b"cepatedge cursor 1\0");
    mac.update(&(SCOPE.len() as u64).to_be_bytes());
    mac.update(SCOPE.as_bytes());
    mac.update(payload);
    let text = URL_SAFE_NO_PAD.encode([payload, &mac.finalize().into_bytes()[..16]].concat());
    let is_ours = payload.first() == Some(&1)
        && payload.get(9..).is_some_and(|id| std::str::from_utf8(id).is_ok())
        && text.len() <= 1_024;
    assert_eq!(open(KEY, SCOPE, &text).is_ok(), is_ours);
    opens_as_itself(KEY, SCOPE, &text);
}
