//! Opaque, sealed positions in a list: base64url(payload ‖ first 16 bytes of HMAC-SHA256(key, scope ‖ payload)).
//!
//! The scope is a text that names the list, its filters and its viewer, so a cursor is of no use in another list or in
//! another's hands. The position is that of the last item shown; the next page begins after it, whatever was written since.

use std::fmt::Write;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{refusal::Refusal, time::Timestamp};

/// The version of the payload's layout, its first byte.
const LAYOUT: u8 = 1;
/// Bytes of the tag that seals a cursor.
const TAG_BYTES: usize = 16;
/// Longer texts are not cursors of ours and are refused undecoded.
const MAX_TEXT_BYTES: usize = 1_024;

/// Where a page ended: the last item's time, and its id or seq where times are equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Position {
    /// The item's time in milliseconds since 1970.
    pub ts: i64,
    /// The item's id, or its seq as text.
    pub id: String,
}

impl Position {
    /// The position of an item that is ordered by time and id.
    #[must_use]
    pub fn at(ts: Timestamp, id: impl ToString) -> Self {
        Self { ts: ts.as_ms(), id: id.to_string() }
    }

    /// The position's id as a seq, for lists that are ordered by one.
    ///
    /// # Errors
    /// [`Refusal::InvalidCursor`] if the id is not a number.
    pub fn seq(&self) -> Result<i64, Refusal> {
        self.id.parse().map_err(|_| Refusal::InvalidCursor)
    }
}

/// Seals `position` for the list and viewer that `scope` names.
#[must_use]
pub fn seal(key: &[u8], scope: &str, position: &Position) -> String {
    let mut bytes = Vec::with_capacity(1 + 8 + position.id.len() + TAG_BYTES);
    bytes.push(LAYOUT);
    bytes.extend_from_slice(&position.ts.to_be_bytes());
    bytes.extend_from_slice(position.id.as_bytes());
    let tag = authenticate(key, scope, &bytes).finalize().into_bytes();
    bytes.extend(tag.into_iter().take(TAG_BYTES));
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Opens a cursor that was sealed with the same key and scope.
///
/// # Errors
/// [`Refusal::InvalidCursor`] for anything else; which part was wrong is not told.
pub fn open(key: &[u8], scope: &str, text: &str) -> Result<Position, Refusal> {
    try_open(key, scope, text).ok_or(Refusal::InvalidCursor)
}

fn try_open(key: &[u8], scope: &str, text: &str) -> Option<Position> {
    if text.len() > MAX_TEXT_BYTES {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (payload, tag) = bytes.split_last_chunk::<TAG_BYTES>()?;
    // Compared in constant time.
    authenticate(key, scope, payload).verify_truncated_left(tag).ok()?;
    let (&LAYOUT, rest) = payload.split_first()? else {
        return None;
    };
    let (ts, id) = rest.split_first_chunk::<8>()?;
    Some(Position { ts: i64::from_be_bytes(*ts), id: String::from_utf8(id.to_vec()).ok()? })
}

/// The authenticator over scope and payload; the scope's length keeps the two apart.
fn authenticate(key: &[u8], scope: &str, payload: &[u8]) -> Hmac<Sha256> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&key_block(key).into());
    mac.update(b"cepatedge cursor 1\0");
    mac.update(&u64::try_from(scope.len()).unwrap_or(u64::MAX).to_be_bytes());
    mac.update(scope.as_bytes());
    mac.update(payload);
    mac
}

/// The key as one block, as HMAC itself defines it: hashed if longer, padded with zeros if shorter. Made here because the
/// block-sized constructor cannot fail, where the one for slices returns an error that never occurs.
fn key_block(key: &[u8]) -> [u8; 64] {
    let mut block = [0; 64];
    if key.len() <= block.len() {
        fill(&mut block, key);
    } else {
        fill(&mut block, &Sha256::digest(key));
    }
    block
}

fn fill(block: &mut [u8; 64], bytes: &[u8]) {
    block.iter_mut().zip(bytes).for_each(|(to, &from)| *to = from);
}

/// Appends `;name=length:value` to a cursor's scope, if there is a value.
pub fn put(scope: &mut String, name: &str, value: Option<impl ToString>) {
    if let Some(value) = value {
        let value = value.to_string();
        // Writing to a String cannot fail; there is no error to keep.
        let _ = write!(scope, ";{name}={}:{value}", value.len());
    }
}

/// Appends each value of a list to a cursor's scope.
pub fn put_all<T: ToString>(scope: &mut String, name: &str, values: &[T]) {
    values.iter().for_each(|value| put(scope, name, Some(value.to_string())));
}

#[cfg(test)]
mod tests;
