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
