//! To whoever's account was changed, or was signed in to from a device that was not seen before.

use super::Letter;
use super::parts::{Part, Parts};
use crate::domain::organisation::Language;

/// What happened to an account. Its sentences are in the reader's language already.
#[derive(Debug, Clone, Copy)]
pub struct Account<'a> {
    /// What the organisation is called.
    pub organisation: &'a str,
    /// What happened, a sentence.
    pub what: &'a str,
    /// What to do where it was not the reader, a sentence.
    pub advice: Option<&'a str>,
    /// The page of the account.
    pub url: &'a str,
    /// Why the reader is told, a sentence.
    pub why: &'a str,
    /// The page where the reader ends such mails; none of the safety of the account.
    pub unsubscribe: Option<&'a str>,
}

impl Account<'_> {
    /// The letter.
    #[must_use]
    pub fn letter(&self, language: Language) -> Letter {
        let Self { organisation, what, advice, url, why, unsubscribe } = *self;
        let (subject, heading, link, always, ending) = match language {
            Language::En => (
                format!("[{organisation}] Your account"),
                "Your account",
                "Open your account",
                "Mails about the safety of your account are always sent.",
                "No more mails of this kind",
            ),
            Language::Id => (
                format!("[{organisation}] Akun Anda"),
                "Akun Anda",
                "Buka akun Anda",
                "Email tentang keamanan akun Anda selalu dikirim.",
                "Hentikan email seperti ini",
            ),
        };
        let mut parts = vec![Part::Says(what.to_owned())];
        parts.extend(advice.map(|advice| Part::Says(advice.to_owned())));
        parts.push(Part::Link(link, url));
        let mut footer = vec![organisation.to_owned(), why.to_owned()];
        if unsubscribe.is_none() {
            footer.push(always.to_owned());
        }
        Parts { language, subject, heading, parts, footer, ending: unsubscribe.map(|url| (ending, url)) }.written()
    }
}
