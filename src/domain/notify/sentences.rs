//! A notice as a mail says it, in the reader's language. The app has words of its own (`web/src/i18n`).

use super::{Notice, NoticeKind, Reason};
use crate::domain::organisation::Language;
use crate::domain::user::Actor;

/// What happened, a sentence.
#[must_use]
pub fn what(notice: &Notice, language: Language) -> String {
    let kind = notice.kind.parse::<NoticeKind>().ok();
    let (by_somebody, by_itself) = match language {
        Language::En => (english(kind, notice.reason), "The request closed by itself."),
        Language::Id => (indonesian(kind, notice.reason), "Permintaan ini ditutup secara otomatis."),
    };
    match &notice.actor {
        Actor::System => by_itself.to_owned(),
        Actor::User(person, ..) => format!("{} {by_somebody}.", person.name),
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
        (Some(NoticeKind::Completed), _) => "completed the work. Please have a look, then close or reopen the request",
        (Some(NoticeKind::Closed), _) => "closed the request",
        (Some(NoticeKind::Reopened), _) => "reopened the request",
        (Some(NoticeKind::Cancelled), _) => "cancelled the request",
        (Some(NoticeKind::Commented), Reason::Mentioned) => "mentioned you",
        (Some(NoticeKind::Commented), _) => "wrote a comment",
        (None, _) => "changed the request",
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
        (Some(NoticeKind::Completed), _) => "menyelesaikan pekerjaan. Silakan periksa, lalu tutup atau buka kembali",
        (Some(NoticeKind::Closed), _) => "menutup permintaan ini",
        (Some(NoticeKind::Reopened), _) => "membuka kembali permintaan ini",
        (Some(NoticeKind::Cancelled), _) => "membatalkan permintaan ini",
        (Some(NoticeKind::Commented), Reason::Mentioned) => "menyebut Anda",
        (Some(NoticeKind::Commented), _) => "menulis komentar",
        (None, _) => "mengubah permintaan ini",
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
        (Language::En, Reason::Approver) => "You are told because you approve requests.",
        (Language::Id, Reason::Mentioned) => "Anda menerima ini karena disebut dalam komentar.",
        (Language::Id, Reason::Assignee) => "Anda menerima ini karena ini pekerjaan Anda.",
        (Language::Id, Reason::FormerAssignee) => "Anda menerima ini karena tadinya ini pekerjaan Anda.",
        (Language::Id, Reason::Requester) => "Anda menerima ini karena ini permintaan Anda.",
        (Language::Id, Reason::Approver) => "Anda menerima ini karena Anda menyetujui permintaan.",
    }
}
