//! The beginning of a file, and its name: what somebody attaches.
//!
//! Looking at it ends. What is taken is on the list, has few enough pixels, and gets a name that ends with what it is; what a browser
//! would run is never taken for text. A range that is answered lies within the file.

#![no_main]

use cepatedge::domain::file::serve::{Wanted, disposition, served, wanted};
use cepatedge::domain::file::{FileKind, FileName, Looked, MAX_PIXELS, look};
use cepatedge_fuzz::{Input, begin};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: begin(), |data: &[u8]| {
    let mut input = Input(data);
    match input.byte() % 3 {
        0 => is_looked_at(input.0),
        1 => is_named(&input.rest()),
        _ => is_a_part(i64::from(input.byte()) + 1, &input.rest()),
    }
});

fn is_looked_at(head: &[u8]) {
    let name = FileName::parse("drawing.svg").unwrap();
    let Ok(Looked { kind, size }) = look(head, &name) else { return };
    assert!(size.is_none_or(|size| (1..=MAX_PIXELS).contains(&size.pixels())));
    let named = name.of_kind(kind);
    assert!(kind.extensions().contains(&named.extension().unwrap().as_str()));
    assert_eq!(served(kind.as_str()).content_type.starts_with("text/"), matches!(kind, FileKind::Text | FileKind::Csv));
    if kind == FileKind::Text {
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start().to_ascii_lowercase();
        for markup in [&b"<!doctype"[..], b"<html", b"<script", b"<svg", b"<?xml", b"<iframe"] {
            assert!(!text.starts_with(markup));
        }
    }
}

fn is_named(given: &str) {
    let Ok(name) = FileName::parse(given) else { return };
    let kept = name.as_str();
    assert_eq!(FileName::parse(kept).as_ref().map(FileName::as_str), Ok(kept));
    assert!(!kept.contains(['/', '\\', '\0', '\u{202e}']) && !kept.starts_with('.'));
    for is_inline in [true, false] {
        let told = disposition(is_inline, kept);
        assert!(told.is_ascii() && !told.contains(['\r', '\n']));
        assert_eq!(told.matches('"').count(), 2);
    }
}

fn is_a_part(size: i64, range: &str) {
    if let Wanted::Part { first, last } = wanted(Some(range), size) {
        assert!(0 <= first && first <= last && last < size);
    }
}
