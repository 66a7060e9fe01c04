//! Files of requests: what goes into the bucket and what comes out of it, and whether both builds treat them alike.

use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result};
use base64::prelude::{BASE64_STANDARD, Engine};
use sha2::{Digest, Sha256};

use crate::http::{Call, Reply};
use crate::routes::{Maker, fresh_key, requests};
use crate::side::{Side, text};

/// Bytes of a file that is uploaded.
const UPLOADED: usize = 1_000_000;
/// Bytes of a file that is downloaded: the most that is taken.
const DOWNLOADED: usize = 25 * 1024 * 1024;
/// The part of it that is asked for: 64 kB in its midst.
const RANGE: &str = "bytes=12000000-12065535";
/// A request takes no more files.
const FILES_OF_A_REQUEST: usize = 20;
/// So many requests take the files of all rounds.
const REQUESTS: usize = 600;

/// Files of 1 MB, each new, to requests that have fewer than 20.
pub fn upload(side: &Side) -> Result<Maker> {
    let requests = requests(side, "upload", REQUESTS)?;
    let bytes = pdf(UPLOADED);
    let digest = digest(&bytes);
    let cookie = side.cookie("requester").to_owned();
    let next = AtomicUsize::new(0);
    Ok(Box::new(move |_, _| {
        let number = next.fetch_add(1, Ordering::Relaxed);
        // Where all are full the answer is 409, and says so.
        let id = requests.get(number / FILES_OF_A_REQUEST).or(requests.last()).map_or("", String::as_str);
        let call = Call::upload(&format!("/api/requests/{id}/attachments?filename=report.pdf"), bytes.clone());
        let call = call.with("content-digest", &digest).with("cookie", &cookie);
        call.with("idempotency-key", &fresh_key()).bytes()
    }))
}

/// A file of 1 MB, whole.
pub fn download(side: &Side) -> Result<Maker> {
    let path = stored(side, "download", UPLOADED)?;
    let request = side.signed("manager", Call::get(&path)).bytes();
    Ok(Box::new(move |_, _| request.clone()))
}

/// A part of a file of 25 MB.
pub fn download_part(side: &Side) -> Result<Maker> {
    let path = stored(side, "download-part", DOWNLOADED)?;
    let request = side.signed("manager", Call::get(&path)).with("range", RANGE).bytes();
    Ok(Box::new(move |_, _| request.clone()))
}

/// Attaches a file to a request of its own; where it is read.
fn stored(side: &Side, name: &str, size: usize) -> Result<String> {
    let ids = requests(side, name, 1)?;
    let id = ids.first().context("no request")?;
    let call = Call::upload(&format!("/api/requests/{id}/attachments?filename=report.pdf"), pdf(size));
    let file = side.call("requester", call)?.expect(201)?;
    Ok(format!("/api/requests/{id}/attachments/{}", text(&file, "/id")?))
}

/// What both are to answer alike about files: what is sent, what is read of it and by whom, and what is refused.
pub fn answers(side: &Side, request: &str) -> Result<Vec<(String, Reply)>> {
    let mut all = Vec::new();
    let base = format!("/api/requests/{request}/attachments");
    let bytes = pdf(300_000);
    let post = |query: &str, bytes: &[u8]| Call::upload(&format!("{base}?{query}"), bytes.to_vec());
    let (right, wrong) = (digest(&bytes), digest(b"another"));
    let calls: Vec<(&'static str, Call)> = vec![
        ("requester", post("filename=leak.pdf", &bytes).with("content-digest", &right).with("idempotency-key", "file")),
        ("requester", post("filename=leak.pdf", &bytes).with("content-digest", &right).with("idempotency-key", "file")),
        (
            "requester",
            post("filename=other.pdf", &bytes).with("content-digest", &right).with("idempotency-key", "file"),
        ),
        ("tech", post("filename=among%20us.html&visibility=internal", &bytes[..100])),
        ("requester", post("filename=a.pdf&visibility=internal", &bytes)),
        ("requester", post("filename=a.pdf&visibility=everybody", &bytes)),
        ("requester", post("filename=", &bytes)),
        ("requester", post("filename=a.pdf&other=1", &bytes)),
        ("requester", post("filename=a.pdf", &[])),
        ("requester", post("filename=a.pdf", b"\0\x01\x02\x03 nothing that is known")),
        ("requester", post("filename=a.pdf", &bytes).with("content-digest", &wrong)),
        ("requester", post("filename=a.pdf", &bytes).with("content-digest", "sha-256=:short:")),
    ];
    let mut wire = side.connect()?;
    for (index, (who, call)) in calls.into_iter().enumerate() {
        all.push((format!("attachment {index} as {who}"), wire.call(&side.signed(who, call))?));
    }
    let id = |index: usize| -> Result<String> {
        let (_, reply) = all.get(index).context("no such answer")?;
        Ok(text(&reply.expect(201)?, "/id")?.to_owned())
    };
    let (public, internal) = (id(0)?, id(3)?);
    let get = |file: &str| Call::get(&format!("{base}/{file}"));
    let tag = format!("\"{}\"", text(&all.first().context("no answer")?.1.expect(201)?, "/sha256")?);
    let calls: Vec<(&'static str, Call)> = vec![
        ("requester", get(&public)),
        ("tech", get(&format!("{public}?download=1"))),
        ("tech", get(&internal)),
        ("requester", get(&internal)),
        ("requester", get("00000000-0000-4000-8000-000000000000")),
        ("requester", get(&public).with("range", "bytes=1000-1999")),
        ("requester", get(&public).with("range", "bytes=-5")),
        ("requester", get(&public).with("range", "bytes=299990-")),
        ("requester", get(&public).with("range", "bytes=300000-")),
        ("requester", get(&public).with("range", "bytes=5-2")),
        ("requester", get(&public).with("range", "bytes=0-9").with("if-range", &tag)),
        ("requester", get(&public).with("range", "bytes=0-9").with("if-range", "\"another\"")),
        ("requester", get(&public).with("if-none-match", &tag)),
        ("requester", Call::get(&format!("/api/requests/{request}"))),
        ("tech", Call::get(&format!("/api/requests/{request}"))),
        ("requester", Call::get(&format!("/api/requests/{request}/events?limit=200"))),
        ("tech", Call::get(&format!("/api/requests/{request}/events?limit=200"))),
        ("tech", Call::get("/api/requests?limit=2&sort=-updated")),
    ];
    for (index, (who, call)) in calls.into_iter().enumerate() {
        all.push((format!("attachment read {index} as {who}"), wire.call(&side.signed(who, call))?));
    }
    Ok(all)
}

/// So many bytes that begin as a PDF does; the same ones each time.
fn pdf(size: usize) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    while bytes.len() < size {
        // Xorshift: what no layer in between can make smaller.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes.truncate(size);
    bytes
}

/// `Content-Digest` of a body.
fn digest(bytes: &[u8]) -> String {
    format!("sha-256=:{}:", BASE64_STANDARD.encode(Sha256::digest(bytes)))
}
