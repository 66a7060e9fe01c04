//! What a user is called and where mail reaches them, parsed at the edge.

use std::fmt;

use base::refusal::Refusal;
use base::text::{Lines, required};
use base::text_type;
use serde::{Deserialize, Serialize};

text_type! {
    /// What a user is called, 1 to 100 characters.
    PersonName, "name", 1..=100, Lines::One
}

/// An e-mail address in the form accounts are looked up by: ASCII, lower case, at most 254 characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Email(String);

impl Email {
    /// Parses what the client sent. Not all of RFC 5321: no quotes, no comments, no address literals.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming `email`, `required` or `malformed`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        if text.is_empty() {
            return Err(required("email"));
        }
        match text.split_once('@') {
            Some((local, domain)) if text.len() <= 254 && is_local_part(local) && is_domain(domain) => {
                Ok(Self(text.to_ascii_lowercase()))
            }
            Some(_) | None => Err(Refusal::invalid("email", "malformed", "This is not an e-mail address.")),
        }
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Email {
    type Error = Refusal;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl fmt::Debug for Email {
    /// Not the address: it must not reach a log by accident.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Email(…)")
    }
}

/// What somebody without an address signs in with: 3 to 32 of a-z, 0-9, `.`, `_` and `-`, a letter first, in lower case. It has no `@`,
/// so that it is no address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Username(String);

impl Username {
    /// Parses what the client sent.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming `username`, `required` or `malformed_username`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let text = text.trim().to_ascii_lowercase();
        if text.is_empty() {
            return Err(required("username"));
        }
        let is_of_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
        let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
        if !begins || !(3..=32).contains(&text.len()) || !text.bytes().all(is_of_name) {
            let detail = "A user name has 3 to 32 of a-z, 0-9, dot, _ and -, and begins with a letter.";
            return Err(Refusal::invalid("username", "malformed_username", detail));
        }
        Ok(Self(text))
    }

    /// The user name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Username {
    type Error = Refusal;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

/// What somebody signs in with: an address, or a user name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoginName {
    /// It has an `@`.
    Email(Email),
    /// It has none.
    Username(Username),
}

impl LoginName {
    /// Parses what the client sent as `email`.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming `email`, `required` or `malformed`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if text.contains('@') || text.trim().is_empty() {
            return Email::parse(text).map(Self::Email);
        }
        let neither = |_| Refusal::invalid("email", "malformed", "This is neither an e-mail address nor a user name.");
        Username::parse(text).map(Self::Username).map_err(neither)
    }

    /// As accounts are looked up by it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Email(email) => email.as_str(),
            Self::Username(username) => username.as_str(),
        }
    }
}

fn is_local_part(local: &str) -> bool {
    (1..=64).contains(&local.len())
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte))
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    domain.contains('.') && domain.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_name_is_no_address_and_an_address_no_user_name() {
        for (text, name) in [("budi", "budi"), (" Budi.Teknik-2 ", "budi.teknik-2"), ("b_1", "b_1")] {
            assert_eq!(Username::parse(text).unwrap().as_str(), name);
            assert_eq!(LoginName::parse(text).unwrap().as_str(), name);
        }
        for text in ["", "ab", "1budi", ".budi", "budi teknik", "budi@melati.test", "b\u{fc}di", &"b".repeat(33)] {
            assert!(Username::parse(text).is_err(), "{text}");
        }
        assert_eq!(LoginName::parse("Maya@Example.com").unwrap().as_str(), "maya@example.com");
        for text in ["", "a@b", "a b", "x"] {
            assert!(
                matches!(LoginName::parse(text), Err(Refusal::Invalid { field, .. }) if field == "email"),
                "{text}"
            );
        }
    }
}
