//! What became of a mail, as it is kept and shown.

use base::time::{Timestamp, rfc3339};
use base::words;
use mail::{Outcome, Step};
use serde::{Deserialize, Serialize};

words! {
    /// What became of a mail.
    pub enum MailOutcome: "outcome of a mail" {
        /// The provider has it.
        Taken = "taken",
        /// The provider will not take it, however often it is sent.
        Refused = "refused",
        /// It was not taken, and may be later.
        Later = "later",
        /// It may have been taken: no answer came.
        Unknown = "unknown",
    }
}

/// What became of a mail, when it was last sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Mailed {
    /// When.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub at: Timestamp,
    /// What became of it.
    pub outcome: MailOutcome,
    /// Where it ended, unless it was taken.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub step: Option<Step>,
    /// The code of the provider's reply: of SMTP, or the status of HTTP.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub code: Option<u16>,
    /// The provider's own words, or ours where it said nothing. For administrators: they may name an address.
    pub words: String,
}

impl Mailed {
    /// What a mail that was sent at `at` came to.
    #[must_use]
    pub fn new(outcome: Outcome, at: Timestamp) -> Self {
        let (outcome, failure) = match outcome {
            Outcome::Taken { answer } => {
                return Self { at, outcome: MailOutcome::Taken, step: None, code: None, words: answer };
            }
            Outcome::Refused(failure) => (MailOutcome::Refused, failure),
            Outcome::Later(failure) => (MailOutcome::Later, failure),
            Outcome::Unknown(failure) => (MailOutcome::Unknown, failure),
        };
        let enhanced = failure.enhanced.map(|code| format!("{code} ")).unwrap_or_default();
        let words = format!("{enhanced}{}", failure.detail);
        Self { at, outcome, step: Some(failure.step), code: failure.code, words }
    }
}

#[cfg(test)]
mod tests {
    use mail::Failure;

    use super::*;

    #[test]
    fn it_says_what_the_outcome_says() {
        let at = Timestamp::from_ms(0);
        let taken = Mailed::new(Outcome::Taken { answer: "250 queued".into() }, at);
        assert_eq!((taken.outcome, taken.step, taken.words.as_str()), (MailOutcome::Taken, None, "250 queued"));
        let failure = Failure {
            step: Step::Recipient,
            code: Some(550),
            enhanced: Some("5.1.1".into()),
            detail: "Nobody here".into(),
        };
        let refused = Mailed::new(Outcome::Refused(failure), at);
        assert_eq!(
            serde_json::to_string(&refused).unwrap(),
            r#"{"at":"1970-01-01T00:00:00.000Z","outcome":"refused","step":"recipient","code":550,"words":"5.1.1 Nobody here"}"#
        );
    }
}
