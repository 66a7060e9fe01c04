//! The replies of an SMTP server: bytes in any pieces.
//!
//! However the bytes are cut, the same replies come out and the same bytes are left; what is shown of them to people is one line.

#![no_main]

use bytes::BytesMut;
use cepatedge_fuzz::{Input, begin};
use libfuzzer_sys::fuzz_target;
use mail::reply::{ProtocolError, Reply, next_reply};

fuzz_target!(init: begin(), |data: &[u8]| {
    let mut input = Input(data);
    let sizes = input.bytes();
    let bytes = input.0;
    let whole = read(bytes, &[]);
    assert_eq!(read(bytes, sizes), whole);
    assert_eq!(read(bytes, &[1]), whole);
    for reply in &whole.replies {
        assert!((200..600).contains(&reply.code) && !reply.lines.is_empty());
        let text = reply.text();
        assert!(text.chars().count() <= 400 && !text.contains(char::is_control), "{text:?}");
        if let Some(enhanced) = reply.enhanced() {
            assert!(enhanced.starts_with(&format!("{}.", reply.code / 100)), "{enhanced}");
        }
        let _ = reply.ability("AUTH");
    }
});

/// What was read, and how it ended.
#[derive(Debug, PartialEq)]
struct Read {
    replies: Vec<Reply>,
    refusal: Option<ProtocolError>,
    /// Bytes that wait for more; none after a refusal.
    left: usize,
}

/// Reads pieces of these sizes, over and over; no sizes are one piece.
fn read(bytes: &[u8], sizes: &[u8]) -> Read {
    let (mut inbox, mut rest) = (BytesMut::new(), bytes);
    let mut read = Read { replies: Vec::new(), refusal: None, left: 0 };
    let mut sizes = sizes.iter().cycle();
    loop {
        let size = sizes.next().map_or(rest.len(), |size| usize::from(*size).max(1)).min(rest.len());
        let (piece, behind) = rest.split_at(size);
        rest = behind;
        inbox.extend_from_slice(piece);
        loop {
            match next_reply(&mut inbox) {
                Ok(Some(reply)) => read.replies.push(reply),
                Ok(None) => break,
                Err(error) => {
                    read.refusal = Some(error);
                    return read;
                }
            }
        }
        if rest.is_empty() {
            read.left = inbox.len();
            return read;
        }
    }
}
