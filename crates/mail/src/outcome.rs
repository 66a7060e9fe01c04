//! What became of a mail.

use std::fmt;

use base::words;
use serde::{Deserialize, Serialize};

/// The longest answer of a server that is kept, in characters.
const MAX_DETAIL_CHARS: usize = 400;

words! {
    /// How far a mail got, and where it ended.
    pub enum Step: "step" {
        /// Before anybody was asked: mail is off, or how it is set up makes no sense.
        Configuration = "configuration",
        /// Reaching the server.
        Connect = "connect",
        /// The server's first word.
        Greeting = "greeting",
        /// Telling the server who calls, and hearing what it can do.
        Hello = "hello",
        /// Encryption: it is not offered, or the certificate is not to be trusted.
        Encrypt = "encrypt",
        /// User name and password, or the key of an HTTP API.
        SignIn = "sign_in",
        /// Whether this sender may send.
        Sender = "sender",
        /// Whether there is such a recipient.
        Recipient = "recipient",
        /// Whether the server would read the mail now.
        Data = "data",
        /// The mail itself.
        Content = "content",
    }
}

/// Why a mail was not taken, as far as is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Where it ended.
    pub step: Step,
    /// The reply's code (RFC 5321), or the status of HTTP; `None` where nobody answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<u16>,
    /// The enhanced status code (RFC 3463), such as `5.1.1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enhanced: Option<String>,
    /// The provider's own words, or ours where it said nothing. One line; never the password.
    pub detail: String,
}

impl Failure {
    /// A failure without a code.
    #[must_use]
    pub fn at(step: Step, detail: impl fmt::Display) -> Self {
        Self { step, code: None, enhanced: None, detail: one_line(&detail.to_string()) }
    }

    /// Whether it is the address that is bad, rather than us, the mail or the provider: a refusal of the recipient that is none of
    /// policy (`5.7`, RFC 3463), such as `relaying denied`.
    #[must_use]
    pub fn blames_recipient(&self) -> bool {
        let is_policy = self.enhanced.as_deref().is_some_and(|code| code.starts_with("5.7."));
        self.step == Step::Recipient && !is_policy
    }

    /// Whether a person has to change how mail is set up. The next mail would fail in the same way.
    #[must_use]
    pub fn blames_setup(&self) -> bool {
        match self.step {
            Step::Configuration | Step::Encrypt | Step::SignIn | Step::Sender => true,
            Step::Connect | Step::Greeting | Step::Hello | Step::Recipient | Step::Data | Step::Content => false,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: ", self.step)?;
        if let Some(code) = self.code {
            write!(formatter, "{code} ")?;
        }
        if let Some(enhanced) = &self.enhanced {
            write!(formatter, "{enhanced} ")?;
        }
        formatter.write_str(&self.detail)
    }
}

/// What became of a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// The provider has it and answers for it.
    Taken {
        /// The provider's own words, often with the id that it knows the mail by.
        answer: String,
    },
    /// It will not be taken, however often it is sent: by this provider, set up like this, to this address.
    Refused(Failure),
    /// It was certainly not taken, and may be later.
    Later(Failure),
    /// It may have been taken: it was sent whole and no answer came. Sent again under the same id it may arrive twice.
    Unknown(Failure),
}

impl Outcome {
    /// Why it was not taken; `None` if it was.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Taken { .. } => None,
            Self::Refused(failure) | Self::Later(failure) | Self::Unknown(failure) => Some(failure),
        }
    }

    /// Whether the provider has it for certain.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        self.failure().is_none()
    }

    /// Mail that is off, or set up in a way that makes no sense.
    #[must_use]
    pub fn not_set_up(why: impl fmt::Display) -> Self {
        Self::Refused(Failure::at(Step::Configuration, why))
    }
}

/// A server's words as one line of bounded length.
#[must_use]
pub fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_control() || c.is_whitespace()).filter(|word| !word.is_empty());
    let mut line = String::new();
    for word in words {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        // A text of a megabyte is not walked to its end.
        if line.len() > MAX_DETAIL_CHARS * 4 {
            break;
        }
    }
    line.chars().take(MAX_DETAIL_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_is_one_line_of_bounded_length() {
        assert_eq!(one_line(" a\r\nb\t\u{7}c  d\n"), "a b c d");
        assert_eq!(one_line(&"é".repeat(1_000)).chars().count(), MAX_DETAIL_CHARS);
    }

    #[test]
    fn outcomes_are_kept_as_they_are_read() {
        let failure = Failure {
            step: Step::Recipient,
            code: Some(550),
            enhanced: Some("5.1.1".into()),
            detail: "No such user".into(),
        };
        for (outcome, text) in [
            (Outcome::Taken { answer: "queued as 1".into() }, r#"{"outcome":"taken","answer":"queued as 1"}"#),
            (
                Outcome::Refused(failure.clone()),
                r#"{"outcome":"refused","step":"recipient","code":550,"enhanced":"5.1.1","detail":"No such user"}"#,
            ),
            (
                Outcome::Unknown(Failure::at(Step::Content, "lost")),
                r#"{"outcome":"unknown","step":"content","detail":"lost"}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&outcome).unwrap(), text);
            assert_eq!(serde_json::from_str::<Outcome>(text).unwrap(), outcome);
        }
        assert_eq!(failure.to_string(), "recipient: 550 5.1.1 No such user");
    }
}
