//! A mail as it came, and as a reader's program shows it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

/// A mail that was taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Received {
    /// The how manieth it is, from 1 on.
    pub number: usize,
    /// The sender of the envelope.
    pub from: String,
    /// The recipient of the envelope.
    pub to: String,
    /// The subject, decoded.
    pub subject: String,
    /// Every header, unfolded, not decoded.
    pub headers: Vec<(String, String)>,
    /// Its text, decoded.
    pub text: String,
    /// Its HTML, decoded.
    pub html: String,
    /// Whether it came encrypted.
    pub encrypted: bool,
    /// Who had signed in.
    pub user: Option<String>,
    /// When whoever brought it came, in milliseconds since 1970.
    pub came_ms: u64,
    /// When it was taken.
    pub taken_ms: u64,
    /// Whether whoever brought it was kept from hearing so.
    pub answer_lost: bool,
}

impl Received {
    /// Takes a mail apart.
    pub(super) fn read(from: String, to: String, raw: &str, encrypted: bool, user: Option<String>) -> Self {
        let (head, body) = raw.split_once("\r\n\r\n").unwrap_or((raw, ""));
        let headers = headers(head);
        let mut mail = Self { from, to, headers, encrypted, user, ..Self::default() };
        mail.subject = words(mail.header("Subject").unwrap_or_default());
        let boundary = mail.header("Content-Type").and_then(boundary).map(|boundary| format!("--{boundary}"));
        let Some(boundary) = boundary else {
            mail.text = body.to_owned();
            return mail;
        };
        for part in body.split(&boundary).skip(1).filter(|part| !part.starts_with("--")) {
            let Some((head, content)) = part.split_once("\r\n\r\n") else { continue };
            let content = unquoted(content.strip_suffix("\r\n").unwrap_or(content));
            let kind = head.to_ascii_lowercase();
            if kind.contains("text/plain") {
                mail.text = content;
            } else if kind.contains("text/html") {
                mail.html = content;
            }
        }
        mail
    }

    /// The value of a header; of several of a name the first.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The first address of the web in its text that has this in it.
    pub fn link(&self, part: &str) -> Option<&str> {
        self.text.split_whitespace().find(|word| word.starts_with("http") && word.contains(part))
    }
}

impl fmt::Display for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "to {}: {}\n{}", self.to, self.subject, self.text)
    }
}

fn headers(head: &str) -> Vec<(String, String)> {
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let pair = |line: &str| line.split_once(':').map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
    unfolded.split("\r\n").filter_map(pair).collect()
}

fn boundary(content_type: &str) -> Option<&str> {
    content_type.split_once("boundary=\"")?.1.split('"').next()
}

/// A header's text, with its encoded words read (RFC 2047; UTF-8 in base64 alone).
fn words(text: &str) -> String {
    let mut out = String::new();
    let mut was_word = false;
    for word in text.split(' ') {
        let code = word.strip_prefix("=?utf-8?B?").and_then(|word| word.strip_suffix("?="));
        let read = code.and_then(|code| STANDARD.decode(code).ok()).and_then(|bytes| String::from_utf8(bytes).ok());
        // Between two encoded words a space is none.
        let joins = out.is_empty() || (was_word && read.is_some());
        if !joins {
            out.push(' ');
        }
        was_word = read.is_some();
        out.push_str(read.as_deref().unwrap_or(word));
    }
    out
}

fn unquoted(text: &str) -> String {
    let joined = text.replace("=\r\n", "").replace("\r\n", "\n");
    let mut bytes = Vec::with_capacity(joined.len());
    let mut rest = joined.as_str();
    while let Some((before, behind)) = rest.split_once('=') {
        bytes.extend(before.bytes());
        match behind.get(..2).and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = behind.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(b'=');
                rest = behind;
            }
        }
    }
    bytes.extend(rest.bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}
