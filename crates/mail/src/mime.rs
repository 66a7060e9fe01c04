//! A mail as bytes: headers (RFC 5322, 2047) and a body of two alternatives (RFC 2046) in quoted-printable (RFC 2045).
//!
//! Everything that comes out is ASCII in lines of at most 998 bytes, those of the bodies of at most 76. A text of a caller stands
//! either in an encoded word, in a quoted string without control characters, or in quoted-printable.

use base::time::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::message::{Mail, Mailbox};

/// No line of quoted-printable has `=_` in it (RFC 2045, 6.7), so no body can hold the boundary.
const BOUNDARY: &str = "=_cepatedge";
/// The longest line of a body, without its end (RFC 2045, 6.7).
const MAX_BODY_LINE: usize = 76;
/// Bytes in an encoded word: behind `Subject: ` its line has at most 76 characters (RFC 2047, 2).
const WORD_BYTES: usize = 39;
/// A subject of so many plain characters stands as it is; a line should have at most 78 (RFC 5322, 2.1.1).
const MAX_PLAIN_CHARS: usize = 66;
const MS_PER_DAY: i64 = 86_400_000;

/// The mail as it is sent, from its first header to the end of its last line.
#[must_use]
pub fn to_mime(mail: &Mail) -> String {
    let mut out = String::with_capacity(2_048 + mail.text.len() + mail.html.len() * 5 / 4);
    let mut header = |name: &str, value: &str| {
        for part in [name, ": ", value, "\r\n"] {
            out.push_str(part);
        }
    };
    header("Date", &date(mail.at));
    header("From", &mailbox(&mail.from));
    header("To", &mailbox(&mail.to));
    header("Subject", &unstructured(&mail.subject));
    header("Message-ID", &format!("<{}>", mail.message_id()));
    for (name, value) in mail.headers() {
        header(name, &value);
    }
    header("MIME-Version", "1.0");
    header("Content-Type", &format!("multipart/alternative; boundary=\"{BOUNDARY}\""));
    for (kind, text) in [("plain", &mail.text), ("html", &mail.html)] {
        out.push_str(&format!(
            "\r\n--{BOUNDARY}\r\nContent-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        ));
        quoted_printable(text, &mut out);
    }
    out.push_str(&format!("\r\n--{BOUNDARY}--\r\n"));
    out
}

/// The bytes of a mail as they follow `DATA`: a dot in front of each line that begins with one (RFC 5321, 4.5.2), so that no line
/// is the end. The end itself is not among them.
#[must_use]
pub fn dot_stuffed(mime: &str) -> String {
    let mut out = String::with_capacity(mime.len() + 16);
    for line in mime.split_inclusive('\n') {
        if line.starts_with('.') {
            out.push('.');
        }
        out.push_str(line);
    }
    if !out.ends_with("\r\n") {
        out.push_str("\r\n");
    }
    out
}

/// `Sun, 29 Nov 2026 10:26:05 +0000` (RFC 5322, 3.3).
#[must_use]
pub fn date(at: Timestamp) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let ms = at.as_ms();
    let (days, second) = (ms.div_euclid(MS_PER_DAY), ms.rem_euclid(MS_PER_DAY) / 1_000);
    // Days since 1 March of the year 0, in eras of 400 years: leap days come last.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 2 } else { month - 10 };
    let year = year_of_era + era * 400 + i64::from(month < 2);
    let word = |words: &[&'static str], number: i64| {
        usize::try_from(number).ok().and_then(|number| words.get(number)).copied().unwrap_or_default()
    };
    format!(
        "{}, {day} {} {year:04} {:02}:{:02}:{:02} +0000",
        word(&DAYS, days.rem_euclid(7)),
        word(&MONTHS, month),
        second / 3_600,
        second / 60 % 60,
        second % 60,
    )
}

/// A name and an address, for `From` and `To`; also what HTTP APIs take as one text.
#[must_use]
pub fn mailbox(of: &Mailbox) -> String {
    let (name, address) = (plain(&of.name), of.address.as_str());
    if name.is_empty() {
        return address.to_owned();
    }
    if is_short_ascii(&name) {
        let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
        return format!("\"{quoted}\" <{address}>");
    }
    format!("{}\r\n <{address}>", encoded_words(&name))
}

/// A text of one line without anything that has a meaning between lines: control characters and line separators are spaces.
#[must_use]
pub fn plain(text: &str) -> String {
    let is_break = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    text.chars().map(|c| if is_break(c) { ' ' } else { c }).collect::<String>().trim().to_owned()
}

fn unstructured(text: &str) -> String {
    let text = plain(text);
    if is_short_ascii(&text) { text } else { encoded_words(&text) }
}

/// What need not be encoded. A text that looks like an encoded word is encoded, so that it is shown as it is.
fn is_short_ascii(text: &str) -> bool {
    text.len() <= MAX_PLAIN_CHARS && text.is_ascii() && !text.contains("=?")
}

/// Encoded words, one a line (RFC 2047). A character is never split between two of them.
fn encoded_words(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let most = rest.len().min(WORD_BYTES);
        let end = (1..=most).rev().find(|end| rest.is_char_boundary(*end)).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        words.push(format!("=?utf-8?B?{}?=", STANDARD.encode(word)));
        rest = behind;
    }
    words.join("\r\n ")
}

fn quoted_printable(text: &str, out: &mut String) {
    let text = text.replace("\r\n", "\n");
    for line in text.split('\n') {
        let mut length = 0;
        let mut bytes = line.bytes().peekable();
        while let Some(byte) = bytes.next() {
            let is_last = bytes.peek().is_none();
            // Room for the `=` of a soft line break, but behind the last of a line.
            let most = MAX_BODY_LINE - usize::from(!is_last);
            let is_plain = match byte {
                b'=' => false,
                // White space at the end of a line may be taken off on the way; a dot in front may be doubled.
                b' ' | b'\t' => !is_last,
                b'.' => length > 0 && length < most,
                byte => byte.is_ascii_graphic(),
            };
            let width = if is_plain { 1 } else { 3 };
            if length + width > most {
                out.push_str("=\r\n");
                length = 0;
            }
            if is_plain {
                out.push(char::from(byte));
            } else {
                out.push_str(&format!("={byte:02X}"));
            }
            length += width;
        }
        out.push_str("\r\n");
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
