//! To whom somebody has taken the second factor from.

use super::Letter;
use super::parts::{Part, Parts};
use crate::domain::organisation::Language;

/// Somebody's second factors are gone.
#[derive(Debug, Clone, Copy)]
pub struct FactorsTaken<'a> {
    /// What the organisation is called.
    pub organisation: &'a str,
    /// Who did it.
    pub by: &'a str,
    /// Where a new one is set up.
    pub url: &'a str,
}

impl FactorsTaken<'_> {
    /// The letter.
    #[must_use]
    pub fn letter(&self, language: Language) -> Letter {
        let Self { organisation, by, url } = *self;
        let (subject, heading, says, link, footer) = match language {
            Language::En => (
                format!("Your second factor for {organisation} was removed"),
                "Your second factor was removed",
                format!(
                    "{by} has removed your authenticator app, passkeys and recovery codes, and you were signed out everywhere. Your password alone lets you in until you set up a new second factor."
                ),
                "Set up a new second factor",
                "If you did not ask for this, talk to an administrator now, and change your password.",
            ),
            Language::Id => (
                format!("Faktor kedua Anda untuk {organisation} telah dihapus"),
                "Faktor kedua Anda telah dihapus",
                format!(
                    "{by} telah menghapus aplikasi autentikator, kunci sandi, dan kode pemulihan Anda, dan Anda telah dikeluarkan dari semua perangkat. Sampai Anda menyiapkan faktor kedua yang baru, kata sandi saja sudah cukup untuk masuk."
                ),
                "Siapkan faktor kedua yang baru",
                "Jika Anda tidak memintanya, segera hubungi administrator dan ubah kata sandi Anda.",
            ),
        };
        let parts = vec![Part::Says(says), Part::Link(link, url)];
        Parts { language, subject, heading, parts, footer: vec![footer.to_owned()], ending: None }.written()
    }
}
