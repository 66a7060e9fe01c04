//! To the administrator who tries whether mail works.

use super::Letter;
use super::parts::{Part, Parts};
use crate::domain::organisation::Language;

/// A test.
#[derive(Debug, Clone, Copy)]
pub struct Trial<'a> {
    /// What the organisation is called.
    pub organisation: &'a str,
    /// Who tries it.
    pub by: &'a str,
    /// The app.
    pub url: &'a str,
}

impl Trial<'_> {
    /// The letter.
    #[must_use]
    pub fn letter(&self, language: Language) -> Letter {
        let Self { organisation, by, url } = *self;
        let (subject, heading, says, link, footer) = match language {
            Language::En => (
                format!("Mail from {organisation} works"),
                "Mail works",
                format!("This mail was sent from {organisation} to see whether mails arrive. This one did."),
                "Open the app",
                format!("You get this mail because {by} asked for it on the page of mail."),
            ),
            Language::Id => (
                format!("Email dari {organisation} berfungsi"),
                "Email berfungsi",
                format!("Email ini dikirim dari {organisation} untuk melihat apakah email sampai. Yang ini sampai."),
                "Buka aplikasi",
                format!("Anda menerima email ini karena {by} memintanya di halaman email."),
            ),
        };
        let parts = vec![Part::Says(says), Part::Link(link, url)];
        Parts { language, subject, heading, parts, footer: vec![footer], ending: None }.written()
    }
}
