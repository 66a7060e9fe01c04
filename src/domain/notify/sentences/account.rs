//! What a notice about an account says, and what to do where it was none of its owner's doing.

use crate::domain::notify::{Notice, NoticeKind, SecurityChange};
use crate::domain::organisation::Language;
use crate::domain::user::Role;

/// What happened, a sentence or two.
pub(super) fn what(kind: NoticeKind, notice: &Notice, language: Language) -> String {
    let device = notice.device.as_deref().unwrap_or("?");
    let item = notice.item.as_deref().unwrap_or("?");
    match (language, kind) {
        (Language::En, NoticeKind::RoleChanged) => {
            format!("Your role was changed: {}.", notice.role.map_or("?", |role| role_word(role, language)))
        }
        (Language::Id, NoticeKind::RoleChanged) => {
            format!("Peran Anda diubah: {}.", notice.role.map_or("?", |role| role_word(role, language)))
        }
        (Language::En, NoticeKind::NewDevice) => {
            format!("Somebody signed in to your account on a device that was not seen before: {device}.")
        }
        (Language::Id, NoticeKind::NewDevice) => {
            format!("Ada yang masuk ke akun Anda dari perangkat yang belum pernah dipakai: {device}.")
        }
        (Language::En, NoticeKind::PasswordChanged) => "The password of your account was changed.".to_owned(),
        (Language::Id, NoticeKind::PasswordChanged) => "Kata sandi akun Anda telah diubah.".to_owned(),
        (Language::En, NoticeKind::SecurityChanged) => changed_in_english(notice, item),
        (Language::Id, NoticeKind::SecurityChanged) => changed_in_indonesian(notice, item),
        (Language::En, NoticeKind::KeyExpires) => {
            format!("Your API key {item} ends soon; what uses it stops then. Give it a new secret before.")
        }
        (Language::Id, NoticeKind::KeyExpires) => {
            format!(
                "Kunci API Anda {item} segera berakhir; yang memakainya akan berhenti. Beri rahasia baru sebelum itu."
            )
        }
        (Language::En, _) => "Your account is ready.".to_owned(),
        (Language::Id, _) => "Akun Anda sudah siap.".to_owned(),
    }
}

fn change_of(notice: &Notice) -> Option<SecurityChange> {
    notice.change.as_deref()?.parse().ok()
}

/// A change of a newer release is told in general.
fn changed_in_english(notice: &Notice, item: &str) -> String {
    let by = notice.actor.name();
    match change_of(notice) {
        Some(SecurityChange::AppAdded) => "An authenticator app was added to your account.".to_owned(),
        Some(SecurityChange::AppRemoved) => "The authenticator app was removed from your account.".to_owned(),
        Some(SecurityChange::PasskeyAdded) => format!("A passkey was added to your account: {item}."),
        Some(SecurityChange::PasskeyRemoved) => format!("A passkey was removed from your account: {item}."),
        Some(SecurityChange::CodesMade) => {
            "New recovery codes were made for your account; the old ones are over.".to_owned()
        }
        Some(SecurityChange::FactorsTaken) => format!(
            "{by} has removed your authenticator app, passkeys and recovery codes, and you were signed out everywhere. \
             Until you set up a new second factor, your password alone lets you in."
        ),
        Some(SecurityChange::IdentityUnlinked) => {
            format!("{by} has ended the link of your account with your organisation's sign-in.")
        }
        Some(SecurityChange::KeyMade) => format!("An API key was made that acts in your name: {item}."),
        Some(SecurityChange::KeyRotated) => format!("An API key of yours got a new secret: {item}."),
        None => "The way you sign in was changed.".to_owned(),
    }
}

fn changed_in_indonesian(notice: &Notice, item: &str) -> String {
    let by = notice.actor.name();
    match change_of(notice) {
        Some(SecurityChange::AppAdded) => "Aplikasi autentikator ditambahkan ke akun Anda.".to_owned(),
        Some(SecurityChange::AppRemoved) => "Aplikasi autentikator dihapus dari akun Anda.".to_owned(),
        Some(SecurityChange::PasskeyAdded) => format!("Kunci sandi ditambahkan ke akun Anda: {item}."),
        Some(SecurityChange::PasskeyRemoved) => format!("Kunci sandi dihapus dari akun Anda: {item}."),
        Some(SecurityChange::CodesMade) => {
            "Kode pemulihan baru dibuat untuk akun Anda; yang lama tidak berlaku lagi.".to_owned()
        }
        Some(SecurityChange::FactorsTaken) => format!(
            "{by} telah menghapus aplikasi autentikator, kunci sandi, dan kode pemulihan Anda, dan Anda telah dikeluarkan dari semua \
             perangkat. Sampai Anda menyiapkan faktor kedua yang baru, kata sandi saja sudah cukup untuk masuk."
        ),
        Some(SecurityChange::IdentityUnlinked) => {
            format!("{by} telah melepas hubungan akun Anda dengan layanan masuk organisasi.")
        }
        Some(SecurityChange::KeyMade) => format!("Kunci API yang bertindak atas nama Anda dibuat: {item}."),
        Some(SecurityChange::KeyRotated) => format!("Kunci API Anda mendapat rahasia baru: {item}."),
        None => "Cara masuk ke akun Anda telah diubah.".to_owned(),
    }
}

/// What to do where a change of an account was none of its owner's; none where nothing can be wrong.
#[must_use]
pub fn advice(notice: &Notice, language: Language) -> Option<&'static str> {
    let kind = notice.kind.parse::<NoticeKind>().ok().filter(|kind| kind.is_of_security())?;
    Some(match (language, kind, change_of(notice)) {
        (Language::En, NoticeKind::NewDevice, _) => {
            "If that was you, there is nothing to do. If not, change your password: that signs out everybody else."
        }
        (Language::En, _, Some(SecurityChange::FactorsTaken | SecurityChange::IdentityUnlinked)) => {
            "If you did not ask for this, talk to an administrator now, and change your password."
        }
        (Language::En, _, Some(SecurityChange::KeyMade | SecurityChange::KeyRotated)) => {
            "If that was you, there is nothing to do. If not, end the key (Me, API keys), change your password, and tell an administrator."
        }
        (Language::En, _, _) => {
            "If that was you, there is nothing to do. If not, ask for a new password at the sign-in page, and tell an administrator."
        }
        (Language::Id, NoticeKind::NewDevice, _) => {
            "Jika itu Anda, tidak perlu melakukan apa pun. Jika bukan, ubah kata sandi Anda: semua perangkat lain akan dikeluarkan."
        }
        (Language::Id, _, Some(SecurityChange::FactorsTaken | SecurityChange::IdentityUnlinked)) => {
            "Jika Anda tidak memintanya, segera hubungi administrator dan ubah kata sandi Anda."
        }
        (Language::Id, _, Some(SecurityChange::KeyMade | SecurityChange::KeyRotated)) => {
            "Jika itu Anda, tidak perlu melakukan apa pun. Jika bukan, akhiri kunci itu (Saya, Kunci API), ubah kata sandi, lalu beri tahu administrator."
        }
        (Language::Id, _, _) => {
            "Jika itu Anda, tidak perlu melakukan apa pun. Jika bukan, minta kata sandi baru di halaman masuk, lalu beri tahu administrator."
        }
    })
}

const fn role_word(role: Role, language: Language) -> &'static str {
    match (language, role) {
        (Language::En, Role::Requester) => "requester",
        (Language::En, Role::Technician) => "technician",
        (Language::En, Role::Manager) => "manager",
        (Language::En, Role::Admin) => "administrator",
        (Language::Id, Role::Requester) => "pelapor",
        (Language::Id, Role::Technician) => "teknisi",
        (Language::Id, Role::Manager) => "manajer",
        (Language::Id, Role::Admin) => "administrator",
    }
}
