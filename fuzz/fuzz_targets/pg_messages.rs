//! PostgreSQL's messages: bytes in any pieces.
//!
//! However the bytes are cut, the same messages come out and the same bytes are left; each message is what a second,
//! simpler reader makes of the same frame.

#![no_main]

use bytes::BytesMut;
use cepatedge_fuzz::{Input, begin};
use libfuzzer_sys::fuzz_target;
use pg::frame::{Authentication, Backend, MAX_MESSAGE_BYTES, TransactionStatus, next_message};

fuzz_target!(init: begin(), |data: &[u8]| {
    let mut input = Input(data);
    let sizes = input.bytes();
    let bytes = input.0;
    let whole = read(bytes, &[]);
    assert_eq!(read(bytes, sizes), whole);
    assert_eq!(read(bytes, &[1]), whole);
    is_what_the_frames_say(bytes, &whole);
});

/// What was read, and how it ended.
#[derive(Debug, PartialEq)]
struct Read {
    messages: Vec<Backend>,
    refusal: Option<String>,
    /// Bytes that wait for more; none after a refusal.
    left: usize,
}

/// Reads pieces of these sizes, over and over; no sizes are one piece.
fn read(bytes: &[u8], sizes: &[u8]) -> Read {
    let (mut inbox, mut rest) = (BytesMut::new(), bytes);
    let mut read = Read { messages: Vec::new(), refusal: None, left: 0 };
    let mut sizes = sizes.iter().cycle();
    loop {
        let size = sizes.next().map_or(rest.len(), |size| usize::from(*size).max(1)).min(rest.len());
        let (piece, behind) = rest.split_at(size);
        rest = behind;
        inbox.extend_from_slice(piece);
        loop {
            match next_message(&mut inbox) {
                Ok(Some(message)) => read.messages.push(message),
                Ok(None) => break,
                Err(error) => {
                    read.refusal = Some(format!("{error:?}"));
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

fn is_what_the_frames_say(mut bytes: &[u8], read: &Read) {
    for message in &read.messages {
        let (tag, body, rest) = frame(bytes).expect("a whole frame");
        is_what_the_frame_says(tag, body, message);
        bytes = rest;
    }
    match (&read.refusal, frame(bytes)) {
        (None, None) => assert_eq!(read.left, bytes.len()),
        (None, Some((tag, ..))) => panic!("a message {tag} was not read"),
        // By its header alone.
        (Some(_), None) => assert!(!(4..=MAX_MESSAGE_BYTES).contains(&claimed(bytes).expect("a header"))),
        (Some(refusal), Some((tag, body, _))) => match tag {
            b'1' | b'2' | b'I' => assert!(!body.is_empty(), "{refusal}"),
            b'Z' => assert!(!matches!(body, [b'I' | b'T' | b'E']), "{refusal}"),
            b'D' => assert_eq!(columns(body), None, "{refusal}"),
            _ => {}
        },
    }
}

/// What the header claims: the length without the tag.
fn claimed(bytes: &[u8]) -> Option<usize> {
    let length = bytes.get(1..5)?.try_into().unwrap();
    // A negative one is a huge one.
    Some(u32::from_be_bytes(length) as usize)
}

/// Tag, body, and what is behind.
fn frame(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let length = claimed(bytes).filter(|length| (4..=MAX_MESSAGE_BYTES).contains(length))?;
    Some((bytes[0], bytes.get(5..=length)?, &bytes[length + 1..]))
}

fn is_what_the_frame_says(tag: u8, body: &[u8], message: &Backend) {
    match (tag, message) {
        (b'1', Backend::ParseComplete) | (b'2', Backend::BindComplete) | (b'I', Backend::EmptyQuery) => {
            assert!(body.is_empty());
        }
        (b'Z', Backend::Ready(status)) => {
            let expected = match body {
                b"I" => TransactionStatus::Idle,
                b"T" => TransactionStatus::Open,
                b"E" => TransactionStatus::Failed,
                _ => panic!("{body:?}"),
            };
            assert_eq!(*status, expected);
        }
        (b'C', Backend::Complete(tag)) => assert_eq!(body.split(|byte| *byte == 0).next(), Some(tag.as_bytes())),
        (b'D', Backend::Row(row)) => {
            let columns = columns(body).expect("columns");
            for (number, column) in columns.iter().enumerate() {
                assert_eq!(row.text(number), *column);
            }
            assert_eq!(row.text(columns.len()), None);
        }
        (b'E', Backend::Error(error)) => {
            let field = |kind: u8| {
                let found = body.split(|byte| *byte == 0).take_while(|field| !field.is_empty());
                let found = found.filter(|field| field[0] == kind).last();
                found.map(|field| String::from_utf8_lossy(&field[1..]).into_owned())
            };
            assert_eq!(error.sqlstate, field(b'C').unwrap_or_default());
            assert_eq!(error.message, field(b'M').unwrap_or_default());
            assert_eq!((&error.detail, &error.constraint), (&field(b'D'), &field(b'n')));
            assert!(field(b'V').is_none_or(|severity| severity == error.severity || severity.is_empty()));
        }
        (b'R', Backend::Authentication(step)) => {
            let (kind, data) = body.split_at(4);
            match (u32::from_be_bytes(kind.try_into().unwrap()), step) {
                (0, Authentication::Ok) => {}
                (10, Authentication::Sasl(names)) => {
                    let written = data.split(|byte| *byte == 0).take_while(|name| !name.is_empty());
                    assert!(written.eq(names.iter().map(String::as_bytes)));
                }
                (11, Authentication::SaslContinue(bytes)) | (12, Authentication::SaslFinal(bytes)) => {
                    assert_eq!(bytes, data);
                }
                (2..=9, Authentication::Unsupported(_)) => {}
                (kind, step) => panic!("{kind}: {step:?}"),
            }
        }
        (b'K' | b'N' | b'A' | b'S', Backend::Ignored) => {}
        (tag, message) => panic!("{tag}: {message:?}"),
    }
}

/// The columns of a row; none if they are not what the lengths say, or not text.
fn columns(body: &[u8]) -> Option<Vec<Option<&str>>> {
    let (count, mut rest) = body.split_first_chunk::<2>()?;
    let mut columns = Vec::new();
    for _ in 0..u16::from_be_bytes(*count) {
        let (length, behind) = rest.split_first_chunk::<4>()?;
        match i32::from_be_bytes(*length) {
            ..0 => {
                columns.push(None);
                rest = behind;
            }
            length => {
                let (text, behind) = behind.split_at_checked(usize::try_from(length).ok()?)?;
                columns.push(Some(std::str::from_utf8(text).ok()?));
                rest = behind;
            }
        }
    }
    rest.is_empty().then_some(columns)
}
