use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::message::{Address, MailId, Unsubscribe};

fn mail(subject: &str, name: &str, text: &str) -> Mail {
    Mail {
        id: MailId::parse("event-1").unwrap(),
        at: Timestamp::from_ms(1_795_947_965_000),
        from: Mailbox { name: name.to_owned(), address: Address::parse("desk@cepat.example").unwrap() },
        to: Mailbox { name: String::new(), address: Address::parse("ani@hotel.example").unwrap() },
        subject: subject.to_owned(),
        text: text.to_owned(),
        html: format!("<p>{text}</p>"),
        thread: MailId::parse("request-7"),
        unsubscribe: Unsubscribe::at("https://app.example/u?t=1"),
    }
}

#[test]
fn a_mail_has_all_that_readers_and_machines_need() {
    let expected = "Date: Sun, 29 Nov 2026 10:26:05 +0000\r\n\
        From: \"Front desk\" <desk@cepat.example>\r\n\
        To: ani@hotel.example\r\n\
        Subject: MR-000001: A tap drips\r\n\
        Message-ID: <event-1@cepat.example>\r\n\
        Auto-Submitted: auto-generated\r\n\
        X-Auto-Response-Suppress: All\r\n\
        X-CepatEdge-Id: event-1\r\n\
        In-Reply-To: <request-7@cepat.example>\r\n\
        References: <request-7@cepat.example>\r\n\
        List-Unsubscribe: <https://app.example/u?t=1>\r\n\
        List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\
        MIME-Version: 1.0\r\n\
        Content-Type: multipart/alternative; boundary=\"=_cepatedge\"\r\n\
        \r\n--=_cepatedge\r\n\
        Content-Type: text/plain; charset=utf-8\r\n\
        Content-Transfer-Encoding: quoted-printable\r\n\
        \r\nIt drips.\r\n\
        \r\n--=_cepatedge\r\n\
        Content-Type: text/html; charset=utf-8\r\n\
        Content-Transfer-Encoding: quoted-printable\r\n\
        \r\n<p>It drips.</p>\r\n\
        \r\n--=_cepatedge--\r\n";
    assert_eq!(to_mime(&mail("MR-000001: A tap drips", "Front desk", "It drips.")), expected);
}

#[test]
fn a_line_break_in_a_name_or_subject_makes_no_header() {
    for bad in [
        "x\r\nBcc: evil@example.com",
        "x\nBcc: evil@example.com",
        "x\rBcc: evil",
        "x\u{2028}Bcc: evil",
        "é\r\nBcc: evil",
    ] {
        let mime = to_mime(&mail(bad, bad, bad));
        let read = Read::of(&mime);
        assert!(!read.headers.contains_key("bcc"), "{bad:?}: {mime}");
        assert_eq!(read.headers.len(), 14, "{bad:?}: {mime}");
        assert_eq!(read.subject(), plain(bad));
    }
}

#[test]
fn a_name_with_quotes_stays_a_name() {
    let quoted = |name: &str| mailbox(&Mailbox { name: name.into(), address: Address::parse("a@b.example").unwrap() });
    assert_eq!(quoted(r#"The "Grand" \ Hotel"#), r#""The \"Grand\" \\ Hotel" <a@b.example>"#);
    assert_eq!(quoted("a>, <b@c.example"), r#""a>, <b@c.example" <a@b.example>"#);
    assert_eq!(quoted("Rumah Ñandú"), "=?utf-8?B?UnVtYWggw5FhbmTDug==?=\r\n <a@b.example>");
    assert_eq!(quoted(" \r\n "), "a@b.example");
}

#[test]
fn what_looks_encoded_is_shown_as_it_is() {
    assert_eq!(Read::of(&to_mime(&mail("=?utf-8?B?QQ==?=", "", ""))).subject(), "=?utf-8?B?QQ==?=");
}

#[test]
fn no_line_of_a_mail_is_its_end() {
    assert_eq!(dot_stuffed("a\r\n.\r\n..b\r\nc"), "a\r\n..\r\n...b\r\nc\r\n");
    let mime = to_mime(&mail("s", "", ".\r\n.\r\nQUIT\n..x"));
    assert_eq!(Read::of(&mime).text, ".\n.\nQUIT\n..x\n");
    assert!(!mime.contains("\r\n."), "{mime}");
}

#[test]
fn dates_are_those_of_the_calendar() {
    for (ms, text) in [
        (0, "Thu, 1 Jan 1970 00:00:00 +0000"),
        (951_782_399_000, "Mon, 28 Feb 2000 23:59:59 +0000"),
        (951_782_400_000, "Tue, 29 Feb 2000 00:00:00 +0000"),
        (1_735_689_599_999, "Tue, 31 Dec 2024 23:59:59 +0000"),
        (4_107_542_400_000, "Mon, 1 Mar 2100 00:00:00 +0000"),
    ] {
        assert_eq!(date(Timestamp::from_ms(ms)), text);
    }
}

proptest! {
    #[test]
    fn every_text_arrives_as_it_was_written(
        subject in "\\PC{0,120}",
        name in "\\PC{0,60}",
        text in "(\\PC|[.= \t\n]|\r\n){0,200}",
    ) {
        let mime = to_mime(&mail(&subject, &name, &text));
        prop_assert!(mime.is_ascii());
        for line in mime.split("\r\n") {
            prop_assert!(line.len() <= 76 || line.starts_with("From: \""), "{line}");
            prop_assert!(!line.contains(['\r', '\n']), "{line:?}");
        }
        // What is white at the end of a line may be taken off on the way.
        let (_, body) = mime.split_once("\r\n\r\n").unwrap();
        prop_assert!(!body.split("\r\n").any(|line| line.ends_with([' ', '\t'])));
        let read = Read::of(&mime);
        prop_assert_eq!(read.headers.len(), 14);
        prop_assert_eq!(read.subject(), plain(&subject));
        prop_assert_eq!(read.text, format!("{}\n", text.replace("\r\n", "\n")));
    }

    #[test]
    fn what_is_unstuffed_is_what_was_stuffed(text in "([.a]|\r\n){0,60}") {
        let stuffed = dot_stuffed(&text);
        prop_assert!(!stuffed.contains("\r\n.\r\n") && !stuffed.starts_with(".\r\n"));
        let unstuffed: String =
            stuffed.split_inclusive("\r\n").map(|line| line.strip_prefix('.').unwrap_or(line)).collect();
        let whole = if text.ends_with("\r\n") { text } else { format!("{text}\r\n") };
        prop_assert_eq!(unstuffed, whole);
    }
}

/// A mail, read by the rules of the RFCs and not by ours.
struct Read {
    headers: BTreeMap<String, String>,
    text: String,
}

impl Read {
    fn of(mime: &str) -> Self {
        let (head, body) = mime.split_once("\r\n\r\n").unwrap();
        let mut headers = BTreeMap::new();
        for line in head.replace("\r\n ", " ").split("\r\n") {
            let (name, value) = line.split_once(':').unwrap();
            assert!(headers.insert(name.to_ascii_lowercase(), value.trim().to_owned()).is_none(), "{name} twice");
        }
        let part = body.split("--=_cepatedge\r\n").nth(1).unwrap().split_once("\r\n\r\n").unwrap().1;
        let part = part.strip_suffix("\r\n").unwrap();
        Self { headers, text: unquoted(part) }
    }

    fn subject(&self) -> String {
        let subject = &self.headers["subject"];
        if !subject.starts_with("=?") {
            return subject.clone();
        }
        let word = |word: &str| {
            let code = word.strip_prefix("=?utf-8?B?").and_then(|word| word.strip_suffix("?=")).unwrap();
            assert!(word.len() <= 75, "{word}");
            String::from_utf8(STANDARD.decode(code).unwrap()).unwrap()
        };
        subject.split(' ').map(word).collect()
    }
}

fn unquoted(text: &str) -> String {
    let joined = text.replace("=\r\n", "").replace("\r\n", "\n");
    let (mut bytes, mut rest) = (Vec::new(), joined.as_str());
    while let Some((before, behind)) = rest.split_once('=') {
        bytes.extend(before.bytes());
        let (code, behind) = behind.split_at(2);
        bytes.push(u8::from_str_radix(code, 16).unwrap());
        rest = behind;
    }
    bytes.extend(rest.bytes());
    String::from_utf8(bytes).unwrap()
}
