//! Whatever bytes and names come, looking at them ends, and what comes of it holds.

use proptest::prelude::*;

use super::serve::{Wanted, disposition, wanted};
use super::*;

/// What each sort of file begins with, so that chance gets past it.
const BEGINNINGS: [&[u8]; 13] = [
    b"",
    b"\xff\xd8\xff",
    b"\xff\xd8\xff\xe1\x00\x04ab\xff\xc0",
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR",
    b"GIF89a",
    b"RIFF\x00\x00\x00\x00WEBPVP8X",
    b"RIFF\x00\x00\x00\x00WEBPVP8L",
    b"RIFF\x00\x00\x00\x00WEBPVP8 ",
    b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x14ispe",
    b"\x00\x00\x00\x18ftypisom",
    b"PK\x03\x04",
    b"\x1aE\xdf\xa3",
    b"OggS",
];

fn heads() -> impl Strategy<Value = Vec<u8>> {
    (prop::sample::select(&BEGINNINGS[..]), prop::collection::vec(any::<u8>(), 0..600))
        .prop_map(|(beginning, rest)| [beginning, &rest].concat())
}

proptest! {
    #[test]
    fn looking_at_bytes_ends_and_lets_no_bomb_through(head in heads(), name in "\\PC{0,30}") {
        let Ok(name) = FileName::parse(&name) else { return Ok(()) };
        if let Ok(Looked { kind, size }) = look(&head, &name) {
            prop_assert!(size.is_none_or(|size| (1..=MAX_PIXELS).contains(&size.pixels())));
            let named = name.of_kind(kind);
            let extension = named.extension();
            prop_assert!(kind.extensions().iter().any(|known| Some(*known) == extension.as_deref()));
        }
    }

    #[test]
    fn a_name_is_taken_as_it_was_kept(name in any::<String>()) {
        let Ok(once) = FileName::parse(&name) else { return Ok(()) };
        let twice = FileName::parse(once.as_str());
        prop_assert_eq!(twice.as_ref(), Ok(&once));
        let kept = once.as_str();
        let is_plain = !kept.contains(['/', '\\', '\0', '\u{202e}']) && !kept.starts_with('.') && !kept.ends_with('.');
        prop_assert!(is_plain);
        let told = disposition(true, kept);
        let is_one_line = told.is_ascii() && !told.contains(['\r', '\n']);
        prop_assert!(is_one_line);
    }

    #[test]
    fn a_part_lies_within_the_file(range in "(bytes=)?[0-9 -]{0,12}", size in 1_i64..50) {
        if let Wanted::Part { first, last } = wanted(Some(&range), size) {
            prop_assert!(0 <= first && first <= last && last < size);
        }
    }
}
