//! A mail, as its sender means it.

use std::fmt;

use base::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The longest id, in bytes: with its domain it stays within a line of 998.
const MAX_ID_BYTES: usize = 120;
/// The longest address (RFC 5321, 4.5.3.1.3, without its angle brackets).
const MAX_ADDRESS_BYTES: usize = 254;
/// The longest address of a page to unsubscribe at.
const MAX_UNSUBSCRIBE_BYTES: usize = 900;

/// What tells a mail from every other. Whoever sends it chooses it: the same id again is the same mail again, with the same
/// Message-ID and the same `X-CepatEdge-Id`, so that a mail whose fate was unknown can be told apart from a second one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MailId(String);

impl MailId {
    /// Letters, digits, `-` and `_`, 1 to 120 of them; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        ((1..=MAX_ID_BYTES).contains(&text.len()) && text.bytes().all(is_letter)).then(|| Self(text.to_owned()))
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for MailId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not an id of a mail")
    }
}

impl From<MailId> for String {
    fn from(id: MailId) -> Self {
        id.0
    }
}

/// An address: printable ASCII without what has a meaning of its own on the wire (RFC 5321, 4.1.2, without quotes and
/// address literals).
#[derive(Clone, PartialEq, Eq)]
pub struct Address(String);

impl Address {
    /// `None` for what is no such address.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@')?;
        let is_local = |byte: u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte);
        let is_domain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
        let fits = text.len() <= MAX_ADDRESS_BYTES && !local.is_empty() && !domain.is_empty();
        (fits && local.bytes().all(is_local) && domain.bytes().all(is_domain)).then(|| Self(text.to_owned()))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands behind its `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl fmt::Debug for Address {
    /// Not the address: it must not reach a log by accident.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Address(…)")
    }
}

/// An address and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// The name; empty for none.
    pub name: String,
    /// The address.
    pub address: Address,
}

impl Mailbox {
    /// Reads `Name <address>`, `"Name" <address>` or the address alone; `None` for anything else, and for a name with control characters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let Some((name, address)) = text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) else {
            return Some(Self { name: String::new(), address: Address::parse(text)? });
        };
        let name = name.trim();
        let name = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
        // A line of its own would be a header of its own.
        if name.chars().any(char::is_control) {
            return None;
        }
        Some(Self { name: name.to_owned(), address: Address::parse(address)? })
    }
}

/// Where a reader's program posts to when its reader wants no more of these (RFC 8058).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsubscribe(String);

impl Unsubscribe {
    /// An `https` address, or `http` on one's own machine; `None` for anything else.
    #[must_use]
    pub fn at(url: &str) -> Option<Self> {
        let is_web = ["https://", "http://localhost", "http://127.0.0.1"].iter().any(|start| url.starts_with(start));
        let is_plain = url.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>'));
        (is_web && is_plain && url.len() <= MAX_UNSUBSCRIBE_BYTES).then(|| Self(url.to_owned()))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A mail to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// What tells it from every other.
    pub id: MailId,
    /// When it was made: its `Date`. A repetition keeps it.
    pub at: Timestamp,
    /// Who writes.
    pub from: Mailbox,
    /// To whom.
    pub to: Mailbox,
    /// One line. Control characters in it become spaces.
    pub subject: String,
    /// The text, for programs and people that want no HTML.
    pub text: String,
    /// The same in HTML.
    pub html: String,
    /// The mail that it belongs under, if it is not the first about its matter; that one need not have reached this reader.
    pub thread: Option<MailId>,
    /// Where the reader ends such mails.
    pub unsubscribe: Option<Unsubscribe>,
}

impl Mail {
    /// The Message-ID, without its angle brackets.
    #[must_use]
    pub fn message_id(&self) -> String {
        self.id_of(&self.id)
    }

    /// The headers that tell what kind of mail it is, for every provider alike: names and values, each one line of ASCII.
    ///
    /// `Auto-Submitted` keeps other machines from answering (RFC 3834), `X-Auto-Response-Suppress` does so where Exchange
    /// answers, `X-CepatEdge-Id` survives providers that make a Message-ID of their own.
    #[must_use]
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            ("Auto-Submitted", "auto-generated".to_owned()),
            ("X-Auto-Response-Suppress", "All".to_owned()),
            ("X-CepatEdge-Id", self.id.as_str().to_owned()),
        ];
        if let Some(thread) = &self.thread {
            let thread = format!("<{}>", self.id_of(thread));
            headers.extend([("In-Reply-To", thread.clone()), ("References", thread)]);
        }
        if let Some(unsubscribe) = &self.unsubscribe {
            headers.extend([
                ("List-Unsubscribe", format!("<{}>", unsubscribe.as_str())),
                ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()),
            ]);
        }
        headers
    }

    fn id_of(&self, id: &MailId) -> String {
        format!("{}@{}", id.as_str(), self.from.address.domain())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_cannot_leave_its_header() {
        for text in ["a", "0192-Ab_9", &"x".repeat(120)] {
            assert_eq!(MailId::parse(text).unwrap().as_str(), text);
        }
        for text in ["", "a b", "a\r\nBcc: x", "a@b", "a>", "ä", &"x".repeat(121)] {
            assert_eq!(MailId::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn an_address_cannot_leave_its_brackets() {
        for text in ["a@b.example", " first.last+tag@sub.example.com ", "o'neil@b.example", "a@localhost"] {
            assert_eq!(Address::parse(text).unwrap().as_str(), text.trim());
        }
        for text in
            ["", "a", "@b", "a@", "a@b>\r\nRCPT TO:<c@d", "a b@c.d", "a@b c", "\"a\"@b.c", "ä@b.c", "a<b@c.d", "a@b@c"]
        {
            assert_eq!(Address::parse(text), None, "{text:?}");
        }
        assert!(Address::parse(&format!("{}@b.example", "a".repeat(245))).is_none());
    }

    #[test]
    fn a_mailbox_is_a_name_and_an_address() {
        let read = |text: &str| Mailbox::parse(text).map(|read| (read.name, read.address.as_str().to_owned()));
        let of = |name: &str| Some((name.to_owned(), "a@b.example".to_owned()));
        assert_eq!(read("a@b.example"), of(""));
        assert_eq!(read("<a@b.example>"), of(""));
        assert_eq!(read("Building services <a@b.example>"), of("Building services"));
        assert_eq!(read("\"Services, Ltd\" <a@b.example>"), of("Services, Ltd"));
        assert_eq!(read("Name <a b>"), None);
        assert_eq!(read("Name"), None);
    }

    #[test]
    fn one_unsubscribes_on_the_web_alone() {
        assert!(Unsubscribe::at("https://app.example/api/unsubscribe/abc?x=1").is_some());
        assert!(Unsubscribe::at("http://localhost:8787/x").is_some());
        for url in
            ["http://app.example/x", "mailto:a@b.c", "https://a/ b", "https://a/\r\nBcc: c", "https://a/>,<mailto:b"]
        {
            assert!(Unsubscribe::at(url).is_none(), "{url}");
        }
    }
}
