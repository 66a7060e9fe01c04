//! A notice as a mail says it, in the reader's language. The app has words of its own (`web/src/i18n`).

mod account;

use base::time::Timestamp;

use super::{Notice, NoticeKind, Reason};
use crate::domain::organisation::Language;
use crate::domain::user::Actor;

pub use account::advice;

/// What happened, a sentence.
#[must_use]
pub fn what(notice: &Notice, language: Language) -> String {
    let kind = notice.kind.parse::<NoticeKind>().ok();
    if let Some(kind) = kind.filter(|kind| kind.is_of_account()) {
        return account::what(kind, notice, language);
    }
    match &notice.actor {
        Actor::System => by_itself(kind, language).to_owned(),
        Actor::User(person, ..) => {
            let did = match language {
                Language::En => english(kind, notice.reason),
                Language::Id => indonesian(kind, notice.reason),
            };
            let item = notice.item.as_ref().map(|item| format!(" ({item})")).unwrap_or_default();
            format!("{} {did}{item}.", person.name)
        }
    }
}

/// When the work is due, or what a notice about an account says ends, ends: a sentence, on a clock that is so far ahead of UTC.
#[must_use]
pub fn due(notice: &Notice, at: Timestamp, ahead_ms: i64, language: Language) -> String {
    let shown = at.plus_ms(ahead_ms).rfc3339();
    let (date, time) = (shown.get(..10).unwrap_or_default(), shown.get(11..16).unwrap_or_default());
    match (language, notice.reason) {
        (Language::En, Reason::Account) => format!("It ends on {date} at {time}."),
        (Language::Id, Reason::Account) => format!("Berakhir {date} pukul {time}."),
        (Language::En, _) => format!("It is due on {date} at {time}."),
        (Language::Id, _) => format!("Tenggatnya {date} pukul {time}."),
    }
}

const fn by_itself(kind: Option<NoticeKind>, language: Language) -> &'static str {
    match (language, kind) {
        (Language::En, Some(NoticeKind::DueSoon)) => "The work is due soon.",
        (Language::En, Some(NoticeKind::Overdue)) => "The work is overdue.",
        (Language::En, Some(NoticeKind::Closed)) => "The request closed by itself.",
        (Language::En, _) => "The request changed by itself.",
        (Language::Id, Some(NoticeKind::DueSoon)) => "Pekerjaan ini segera jatuh tempo.",
        (Language::Id, Some(NoticeKind::Overdue)) => "Pekerjaan ini sudah melewati tenggat.",
        (Language::Id, Some(NoticeKind::Closed)) => "Permintaan ini ditutup secara otomatis.",
        (Language::Id, _) => "Permintaan ini berubah secara otomatis.",
    }
}

const fn english(kind: Option<NoticeKind>, reason: Reason) -> &'static str {
    match (kind, reason) {
        (Some(NoticeKind::Created), Reason::Requester) => "reported this for you",
        (Some(NoticeKind::Created), _) => "reported this",
        (Some(NoticeKind::Approved), _) => "approved the request",
        (Some(NoticeKind::Rejected), _) => "rejected the request",
        (Some(NoticeKind::Assigned), Reason::Assignee) => "gave you this work",
        (Some(NoticeKind::Assigned), Reason::FormerAssignee) => "gave this work to somebody else",
        (Some(NoticeKind::Assigned), _) => "found somebody for the work",
        (Some(NoticeKind::Released), Reason::FormerAssignee) => "took this work off you",
        (Some(NoticeKind::Released), _) => "gave the work back",
        (Some(NoticeKind::Started), _) => "started the work",
        (Some(NoticeKind::Held), _) => "put the work on hold",
        (Some(NoticeKind::Resumed), _) => "went on with the work",
        (Some(NoticeKind::Completed), Reason::Reporter) => "completed the work",
        (Some(NoticeKind::Completed), _) => "completed the work. Please have a look, then close or reopen the request",
        (Some(NoticeKind::Closed), _) => "closed the request",
        (Some(NoticeKind::Reopened), _) => "reopened the request",
        (Some(NoticeKind::Cancelled), _) => "cancelled the request",
        (Some(NoticeKind::Linked), _) => "merged the request with another",
        (Some(NoticeKind::Unlinked), _) => "undid that the request was merged with another",
        (Some(NoticeKind::Commented), Reason::Mentioned) => "mentioned you",
        (Some(NoticeKind::Commented), _) => "wrote a comment",
        (_, _) => "changed the request",
    }
}

const fn indonesian(kind: Option<NoticeKind>, reason: Reason) -> &'static str {
    match (kind, reason) {
        (Some(NoticeKind::Created), Reason::Requester) => "melaporkan ini untuk Anda",
        (Some(NoticeKind::Created), _) => "melaporkan ini",
        (Some(NoticeKind::Approved), _) => "menyetujui permintaan ini",
        (Some(NoticeKind::Rejected), _) => "menolak permintaan ini",
        (Some(NoticeKind::Assigned), Reason::Assignee) => "menugaskan pekerjaan ini kepada Anda",
        (Some(NoticeKind::Assigned), Reason::FormerAssignee) => "memberikan pekerjaan ini kepada orang lain",
        (Some(NoticeKind::Assigned), _) => "menunjuk orang untuk pekerjaan ini",
        (Some(NoticeKind::Released), Reason::FormerAssignee) => "menarik pekerjaan ini dari Anda",
        (Some(NoticeKind::Released), _) => "mengembalikan pekerjaan ini",
        (Some(NoticeKind::Started), _) => "memulai pekerjaan",
        (Some(NoticeKind::Held), _) => "menunda pekerjaan",
        (Some(NoticeKind::Resumed), _) => "melanjutkan pekerjaan",
        (Some(NoticeKind::Completed), Reason::Reporter) => "menyelesaikan pekerjaan",
        (Some(NoticeKind::Completed), _) => "menyelesaikan pekerjaan. Silakan periksa, lalu tutup atau buka kembali",
        (Some(NoticeKind::Closed), _) => "menutup permintaan ini",
        (Some(NoticeKind::Reopened), _) => "membuka kembali permintaan ini",
        (Some(NoticeKind::Cancelled), _) => "membatalkan permintaan ini",
        (Some(NoticeKind::Linked), _) => "menggabungkan permintaan ini dengan permintaan lain",
        (Some(NoticeKind::Unlinked), _) => "membatalkan penggabungan dengan permintaan lain",
        (Some(NoticeKind::Commented), Reason::Mentioned) => "menyebut Anda",
        (Some(NoticeKind::Commented), _) => "menulis komentar",
        (_, _) => "mengubah permintaan ini",
    }
}

/// Why the reader is told, a sentence.
#[must_use]
pub const fn why(reason: Reason, language: Language) -> &'static str {
    match (language, reason) {
        (Language::En, Reason::Mentioned) => "You are told because the comment mentions you.",
        (Language::En, Reason::Assignee) => "You are told because the work is yours.",
        (Language::En, Reason::FormerAssignee) => "You are told because the work was yours.",
        (Language::En, Reason::Requester) => "You are told because it is your request.",
        (Language::En, Reason::Reporter) => "You are told because you reported the same.",
        (Language::En, Reason::Approver) => "You are told because you approve requests.",
        (Language::En, Reason::Watcher) => "You are told because you watch the request.",
        (Language::En, Reason::Account) => "You are told because it is your account.",
        (Language::Id, Reason::Watcher) => "Anda menerima ini karena Anda memantau permintaan ini.",
        (Language::Id, Reason::Account) => "Anda menerima ini karena ini akun Anda.",
        (Language::Id, Reason::Mentioned) => "Anda menerima ini karena disebut dalam komentar.",
        (Language::Id, Reason::Assignee) => "Anda menerima ini karena ini pekerjaan Anda.",
        (Language::Id, Reason::FormerAssignee) => "Anda menerima ini karena tadinya ini pekerjaan Anda.",
        (Language::Id, Reason::Requester) => "Anda menerima ini karena ini permintaan Anda.",
        (Language::Id, Reason::Reporter) => "Anda menerima ini karena Anda melaporkan hal yang sama.",
        (Language::Id, Reason::Approver) => "Anda menerima ini karena Anda menyetujui permintaan.",
    }
}
