//! What happened to the bytes of files: each read of some with what came of it, and where they lay in the end.

use std::collections::BTreeMap;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Answered, History, Moment, Outcome, Write};
use crate::torture::random::Random;

/// What a picture of 16 by 9 pixels begins with.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x10\x00\x00\x00\x09\x08\x06\x00\x00\x00";

/// The bytes that a write brings: they follow from its number.
pub fn content(number: u64, size: usize) -> Vec<u8> {
    let mut random = Random::new(number);
    let noise = std::iter::repeat_with(|| random.next().to_le_bytes()).flatten();
    PNG.iter().copied().chain(noise).take(size).collect()
}

/// The SHA-256 of bytes, in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// [`super::digest`] of what is told of a file: of what every release tells in the same words.
pub fn file_digest(file: &Value) -> u64 {
    let told = ["id", "filename", "content_type", "size", "sha256", "visibility", "by", "created_at"];
    super::digest(&told.map(|name| file[name].clone()).into_iter().collect())
}

/// Bytes of a file that somebody asked for.
#[derive(Clone, Debug)]
pub struct FileRead {
    pub by: usize,
    pub request: String,
    pub file: String,
    pub invoked: Moment,
    pub returned: Moment,
    pub status: u16,
    /// The first and the last byte that were asked for, unless it was all.
    pub range: Option<(usize, usize)>,
    /// The SHA-256 of what came.
    pub sha256: String,
}

/// Bytes that lie somewhere, or are said to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lying {
    pub size: usize,
    pub sha256: String,
}

/// Where bytes are in the end. Files are named by their request and their id.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// What PostgreSQL knows of.
    pub rows: BTreeMap<(String, String), Lying>,
    /// What lies in the bucket, by key, as somebody sees it who looks behind the system's back.
    pub bucket: BTreeMap<String, Lying>,
    /// What the system serves: the status, and the SHA-256 of what came.
    pub served: BTreeMap<(String, String), (u16, String)>,
    /// What the sweep of the bucket found at rest.
    pub swept: Value,
    /// What it found a day later: what was on its way has been given up.
    pub swept_later: Value,
}

impl Write {
    /// The file that it attached, as it was told, or that it was to remove.
    pub fn file(&self) -> Option<&str> {
        let attached = self.done().find_map(|(_, _, shown)| match shown {
            Answered::File(id, _) => Some(id.as_str()),
            Answered::Record(_) | Answered::Event(_) | Answered::Nothing => None,
        });
        attached.or_else(|| self.body["file"].as_str())
    }
}

/// Gives the writes of files the versions that they became: no answer tells it, and an event names its file.
pub fn place_files(history: &mut History) {
    let mut versions: BTreeMap<(&str, String), i64> = BTreeMap::new();
    for event in history.objects.values().flat_map(|object| &object.timeline) {
        let (body, seq) = (&event["body"], event["seq"].as_i64().unwrap_or_default());
        let about = match event["kind"].as_str() {
            Some("attached") => ("attach", &body["attachment"]["id"]),
            Some("detached") => ("detach", &body["attachment"]),
            _ => continue,
        };
        versions.insert((about.0, about.1.as_str().unwrap_or_default().to_owned()), seq);
    }
    for write in &mut history.writes {
        let Some(file) = write.file().map(str::to_owned) else { continue };
        let seq = versions.get(&(write.deed, file)).copied().unwrap_or_default();
        for attempt in &mut write.attempts {
            if let Outcome::Done { version, .. } = &mut attempt.outcome {
                *version = seq;
            }
        }
    }
}
