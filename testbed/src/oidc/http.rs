//! HTTP/1.0 as far as a provider needs it, and its addresses.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::shape::Shape;
use super::{Flaw, Shared, page, token};

/// The longest call, in bytes.
const LONGEST_CALL: u64 = 256 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);
/// So long a stalled provider says nothing: longer than anybody waits for it.
const STALL: Duration = Duration::from_secs(8);

/// A call.
pub(super) struct Call {
    pub(super) method: String,
    pub(super) query: HashMap<String, String>,
    pub(super) headers: HashMap<String, String>,
    pub(super) form: HashMap<String, String>,
}

/// An answer.
pub(super) struct Answer {
    pub(super) status: &'static str,
    pub(super) kind: &'static str,
    pub(super) location: Option<String>,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn json(status: &'static str, body: &Value) -> Self {
        // On many lines, as Google writes it.
        let body = serde_json::to_string_pretty(body).unwrap_or_default();
        Self { status, kind: "application/json", location: None, body }
    }

    pub(super) fn html(status: &'static str, body: String) -> Self {
        Self { status, kind: "text/html", location: None, body }
    }

    pub(super) fn to(location: String) -> Self {
        Self { status: "303 See Other", kind: "text/plain", location: Some(location), body: String::new() }
    }
}

pub(super) fn serve(shared: &Shared, stream: &TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream).take(LONGEST_CALL);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut headers = HashMap::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length: usize = headers.get("content-length").and_then(|value| value.parse().ok()).unwrap_or_default();
    let mut body = vec![0; length.min(LONGEST_CALL as usize)];
    reader.read_exact(&mut body)?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let form = pairs(&String::from_utf8_lossy(&body));
    let answer = answer(shared, path, &Call { method, query: pairs(query), headers, form });
    let location = answer.location.map(|location| format!("Location: {location}\r\n")).unwrap_or_default();
    let head = format!(
        "HTTP/1.0 {}\r\nContent-Type: {}; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: no-store\r\n{location}\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\nReferrer-Policy: no-referrer\r\n\
         X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
        answer.status,
        answer.kind,
        answer.body.len(),
    );
    let mut stream = stream;
    stream.write_all(head.as_bytes())?;
    stream.write_all(answer.body.as_bytes())
}

fn answer(shared: &Shared, path: &str, call: &Call) -> Answer {
    let Some((shape, rest)) = Shape::at(path) else {
        return Answer::html("404 Not Found", page::front(&shared.base_url));
    };
    let flaw = shared.flaw();
    if flaw == Flaw::Fails && rest != "authorize" {
        return Answer::json("500 Internal Server Error", &json!({ "error": "server_error" }));
    }
    match (call.method.as_str(), rest) {
        ("GET", ".well-known/openid-configuration") => {
            shared.count(0);
            description(shared, shape, flaw)
        }
        ("GET", "keys") => {
            shared.count(1);
            Answer::json("200 OK", &shared.keys.published(shape.has_algorithms()))
        }
        ("GET", "authorize") => page::ask(shape, call),
        ("POST", "authorize") => page::decide(shared, shape, call),
        ("POST", "token") => {
            shared.count(2);
            match flaw {
                Flaw::TokenFails => {
                    return Answer::json("503 Service Unavailable", &json!({ "error": "temporarily_unavailable" }));
                }
                Flaw::TokenStalls => thread::sleep(STALL),
                _ => {}
            }
            token::answer(shared, shape, call)
        }
        ("GET", "userinfo") => token::userinfo(shared, call),
        _ => Answer::json("404 Not Found", &json!({ "error": "not_found" })),
    }
}

fn description(shared: &Shared, shape: Shape, flaw: Flaw) -> Answer {
    let mut description = shape.description(&shared.base_url);
    match flaw {
        Flaw::OtherDescription => description["issuer"] = json!("https://id.example.com"),
        Flaw::PageAsDescription => return Answer::html("200 OK", "<!doctype html><title>Sign in</title>".to_owned()),
        Flaw::Redirects => {
            return Answer::to(format!("{}/.well-known/openid-configuration", Shape::Google.issuer(&shared.base_url)));
        }
        Flaw::Endless => description["padding"] = json!("x".repeat(1_000_000)),
        _ => {}
    }
    Answer::json("200 OK", &description)
}

/// A query or a form.
fn pairs(text: &str) -> HashMap<String, String> {
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    };
    text.split('&').filter(|text| !text.is_empty()).map(pair).collect()
}

/// `application/x-www-form-urlencoded`, decoded.
pub(super) fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits: String = rest.by_ref().take(2).map(char::from).collect();
                bytes.extend(u8::from_str_radix(&digits, 16));
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `application/x-www-form-urlencoded`, encoded.
pub(super) fn encoded(text: &str) -> String {
    let letter = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(letter).collect()
}
