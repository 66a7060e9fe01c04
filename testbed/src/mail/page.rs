//! The page of mails: a list, a mail, the same as JSON; and, by POST, the services' APIs. HTTP/1.0 as far as it is needed here.

use std::io::{self, BufRead, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use super::api::{self, Call};
use super::received::Received;
use super::{Mood, Shared, lock};

/// The longest call, in bytes.
const LONGEST_CALL: u64 = 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);

const STYLE: &str = "body{margin:0 auto;max-width:60rem;padding:1rem;font:16px/1.5 system-ui,sans-serif;color-scheme:light dark}\
table{width:100%;border-collapse:collapse}th,td{text-align:left;padding:.4rem;border-bottom:1px solid #8886;overflow-wrap:anywhere}\
iframe{width:100%;height:36rem;border:1px solid #8886;background:#fff}pre{white-space:pre-wrap;overflow-wrap:anywhere}";

pub(super) fn serve(shared: &Shared, stream: TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(&stream).take(LONGEST_CALL);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut words = line.split_whitespace();
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (status, kind, body) = if method == "POST" {
        let length: Option<usize> =
            headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, value)| value.parse().ok());
        let mut body = vec![0; length.unwrap_or_default().min(LONGEST_CALL as usize)];
        reader.read_exact(&mut body)?;
        let call = Call { path, headers: &headers, body: &String::from_utf8_lossy(&body) };
        let Some((status, answer)) = api::answer(shared, &call) else { return Ok(()) };
        (status, "application/json", answer.to_string())
    } else {
        answer(shared, method, path)
    };
    let head = format!(
        "HTTP/1.0 {status}\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'\r\n\
         X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
        body.len(),
    );
    (&stream).write_all(head.as_bytes())?;
    (&stream).write_all(body.as_bytes())
}

fn answer(shared: &Shared, method: &str, path: &str) -> (&'static str, &'static str, String) {
    let mails = lock(&shared.mails);
    let found = |number: &str| mails.iter().find(|mail| mail.number.to_string() == number);
    let missing = ("404 Not Found", "text/plain", "There is no such mail.\n".to_owned());
    match (method, path.trim_matches('/').split('/').collect::<Vec<_>>().as_slice()) {
        ("GET", [""]) => ("200 OK", "text/html", list(&mails)),
        ("GET", ["mails.json"]) => ("200 OK", "application/json", serde_json::to_string(&*mails).unwrap_or_default()),
        ("GET", [query]) if query.starts_with("dns-query?") => match shared.mood() {
            Mood::Busy => ("200 OK", "application/dns-json", r#"{"Status":2}"#.to_owned()),
            _ => ("200 OK", "application/dns-json", records(query)),
        },
        ("GET", ["mails", number]) => match found(number) {
            Some(mail) => ("200 OK", "text/html", page(mail)),
            None => missing,
        },
        ("GET", ["mails", number, "html"]) => match found(number) {
            Some(mail) => ("200 OK", "text/html", mail.html.clone()),
            None => missing,
        },
        _ => missing,
    }
}

/// A resolver that knows one domain, and of it an SPF record alone, in two pieces.
fn records(query: &str) -> String {
    if query.contains("?name=cepatedge.test&") {
        r#"{"Status":0,"Answer":[{"type":5,"data":"a."},{"type":16,"data":"\"x=1\""},{"type":16,"data":"\"v=spf1 include:\" \"mail.test -all\""}]}"#
    } else {
        r#"{"Status":3}"#
    }
    .to_owned()
}

fn list(mails: &[Received]) -> String {
    let row = |mail: &Received| {
        format!(
            "<tr><td><a href=\"/mails/{}\">{}</a></td><td>{}</td></tr>\n",
            mail.number,
            escaped(&mail.subject),
            escaped(&mail.to)
        )
    };
    let rows: String = mails.iter().rev().map(row).collect();
    let none = if mails.is_empty() { "<p>No mail yet. This page does not reload by itself.</p>" } else { "" };
    shell(
        "Mails",
        &format!(
            "<h1>Mails</h1>\n<table><thead><tr><th>Subject</th><th>To</th></tr></thead>\n<tbody>\n{rows}</tbody></table>\n{none}\n\
             <p><a href=\"/mails.json\">As JSON</a></p>"
        ),
    )
}

fn page(mail: &Received) -> String {
    let header = |(name, value): &(String, String)| format!("{}: {}\n", escaped(name), escaped(value));
    let headers: String = mail.headers.iter().map(header).collect();
    shell(
        &mail.subject,
        &format!(
            "<p><a href=\"/\">All mails</a></p>\n<h1>{}</h1>\n<p>To {}</p>\n\
             <iframe src=\"/mails/{}/html\" sandbox title=\"The mail in HTML\"></iframe>\n\
             <h2>Text</h2>\n<pre>{}</pre>\n<h2>Headers</h2>\n<pre>{headers}</pre>",
            escaped(&mail.subject),
            escaped(&mail.to),
            mail.number,
            escaped(&mail.text),
        ),
    )
}

fn shell(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{}</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head>\n<body>\n{body}\n</body></html>\n",
        escaped(title)
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
