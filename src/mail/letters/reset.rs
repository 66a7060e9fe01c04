//! To whoever has forgotten a password.

use super::Letter;
use super::parts::{Part, Parts};
use crate::domain::organisation::Language;

/// A link to a new password.
#[derive(Debug, Clone, Copy)]
pub struct Reset<'a> {
    /// What the organisation is called.
    pub organisation: &'a str,
    /// The link, with its secret.
    pub url: &'a str,
    /// So many minutes it works.
    pub minutes: i64,
}

impl Reset<'_> {
    /// The letter.
    #[must_use]
    pub fn letter(&self, language: Language) -> Letter {
        let Self { organisation, url, minutes } = *self;
        let (subject, heading, says, link, footer) = match language {
            Language::En => (
                format!("A new password for {organisation}"),
                "Choose a new password",
                format!(
                    "The link works once, for {minutes} minutes. Whoever has it can sign in as you: do not pass it on."
                ),
                "Choose a new password",
                "You get this mail because somebody asked for it with your address. If that was not you, do nothing: your password stays as it is.",
            ),
            Language::Id => (
                format!("Kata sandi baru untuk {organisation}"),
                "Buat kata sandi baru",
                format!(
                    "Tautan ini berlaku sekali, selama {minutes} menit. Siapa pun yang memilikinya dapat masuk sebagai Anda: jangan diteruskan."
                ),
                "Buat kata sandi baru",
                "Anda menerima email ini karena seseorang memintanya dengan alamat Anda. Jika bukan Anda, abaikan saja: kata sandi Anda tidak berubah.",
            ),
        };
        let parts = vec![Part::Link(link, url), Part::Says(says)];
        Parts { language, subject, heading, parts, footer: vec![footer.to_owned()], ending: None }.written()
    }
}
