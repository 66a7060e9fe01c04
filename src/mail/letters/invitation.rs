//! To whoever is invited.

use super::Letter;
use super::parts::{Part, Parts};
use crate::domain::organisation::Language;
use crate::domain::user::Role;

/// An invitation.
#[derive(Debug, Clone, Copy)]
pub struct Invitation<'a> {
    /// What the organisation is called.
    pub organisation: &'a str,
    /// Who invites.
    pub inviter: &'a str,
    /// What the reader will be.
    pub role: Role,
    /// The link, with its secret.
    pub url: &'a str,
    /// So many days it may be accepted.
    pub days: i64,
}

impl Invitation<'_> {
    /// The letter.
    #[must_use]
    pub fn letter(&self, language: Language) -> Letter {
        let Self { organisation, inviter, role, url, days } = *self;
        let role = role_in(language, role);
        let (subject, heading, says, link, footer) = match language {
            Language::En => (
                format!("{inviter} invites you to {organisation}"),
                format!("You are invited to {organisation}"),
                [
                    format!(
                        "{inviter} invites you to report and follow maintenance work at {organisation}, as {role}."
                    ),
                    format!("The link lets one person in, once, and works for {days} days. Do not pass it on."),
                ],
                "Accept the invitation",
                "You get this mail because your address was entered as the one to invite. If you expected nothing, do nothing.",
            ),
            Language::Id => (
                format!("{inviter} mengundang Anda ke {organisation}"),
                format!("Anda diundang ke {organisation}"),
                [
                    format!(
                        "{inviter} mengundang Anda untuk melaporkan dan mengikuti pekerjaan pemeliharaan di {organisation}, sebagai {role}."
                    ),
                    format!(
                        "Tautan ini hanya untuk satu orang, sekali pakai, dan berlaku {days} hari. Jangan diteruskan."
                    ),
                ],
                "Terima undangan",
                "Anda menerima email ini karena alamat Anda dimasukkan untuk diundang. Jika Anda tidak mengharapkannya, abaikan saja.",
            ),
        };
        let [first, second] = says.map(Part::Says);
        let parts = vec![first, Part::Link(link, url), second];
        Parts { language, subject, heading: &heading, parts, footer: vec![footer.to_owned()], ending: None }.written()
    }
}

fn role_in(language: Language, role: Role) -> &'static str {
    match (language, role) {
        (Language::En, Role::Requester) => "a requester",
        (Language::En, Role::Technician) => "a technician",
        (Language::En, Role::Manager) => "a manager",
        (Language::En, Role::Admin) => "an administrator",
        (Language::Id, Role::Requester) => "pelapor",
        (Language::Id, Role::Technician) => "teknisi",
        (Language::Id, Role::Manager) => "manajer",
        (Language::Id, Role::Admin) => "administrator",
    }
}
