//! To whoever is told of an event of a request.

use super::Letter;
use super::parts::{Part, Parts};
use crate::domain::organisation::Language;

/// A notice. Its sentences are in the reader's language already, and say nothing that the reader may not see.
#[derive(Debug, Clone, Copy)]
pub struct Notice<'a> {
    /// What the organisation is called.
    pub organisation: &'a str,
    /// The request's number, such as `MR-000123`; `None` before it has one.
    pub number: Option<&'a str>,
    /// Its title.
    pub title: &'a str,
    /// Where it is.
    pub place: Option<&'a str>,
    /// What happened, a sentence: `Budi approved the request.`
    pub what: &'a str,
    /// What somebody wrote, if that is what happened.
    pub said: Option<&'a str>,
    /// The page of the request.
    pub url: &'a str,
    /// Why the reader is told, a sentence.
    pub why: &'a str,
    /// The page where the reader ends notices of this kind.
    pub unsubscribe: Option<&'a str>,
}

impl Notice<'_> {
    /// The letter. Its subject is the same for every notice of a request, so that programs show them together.
    #[must_use]
    pub fn letter(&self, language: Language) -> Letter {
        let Self { organisation, number, title, place, what, said, url, why, unsubscribe } = *self;
        let number = number.map(|number| format!("{number}: ")).unwrap_or_default();
        let place = place.map(|place| format!(" ({place})")).unwrap_or_default();
        let (link, ending) = match language {
            Language::En => ("Open the request", "No more mails of this kind"),
            Language::Id => ("Buka permintaan", "Hentikan email seperti ini"),
        };
        let mut parts = vec![Part::Says(what.to_owned())];
        parts.extend(said.map(Part::Quote));
        parts.push(Part::Link(link, url));
        Parts {
            language,
            subject: format!("[{organisation}] {number}{title}{place}"),
            heading: &format!("{number}{title}{place}"),
            parts,
            footer: vec![organisation.to_owned(), why.to_owned()],
            ending: unsubscribe.map(|url| (ending, url)),
        }
        .written()
    }
}
