//! Bugs on demand, in builds with the feature `fault-injection` only: notices of comments that begin with certain words. By them
//! `cargo xtask torture --planted` proves that its checker finds what is lost, doubled or told to the wrong one.

use super::store::Ways;
use crate::domain::notify::{Notice, NoticeId};

/// No mail is owed.
const OWE_NO_MAIL: &str = "fault: owe no mail";
/// No message to a device is owed.
const OWE_NO_MESSAGE: &str = "fault: owe no message";
/// The mail is sent twice.
const MAIL_TWICE: &str = "fault: mail twice";
/// The message to a device is sent twice.
const PUSH_TWICE: &str = "fault: push twice";
/// The notice is kept a second time, under another id.
const KEEP_TWICE: &str = "fault: keep twice";

fn asks_for(notice: &Notice, words: &str) -> bool {
    notice.words.as_deref().is_some_and(|said| said.starts_with(words))
}

/// The notices, and once more those that ask for it.
pub(super) fn repeated(notices: &[Notice]) -> Vec<Notice> {
    let again = notices.iter().filter(|notice| asks_for(notice, KEEP_TWICE)).filter_map(|notice| {
        let id = NoticeId(format!("{}-again", notice.id.0.as_str()).parse().ok()?);
        Some(Notice { id, ..notice.clone() })
    });
    notices.iter().cloned().chain(again).collect()
}

/// The ways by which a notice is told, without those that it asks to have forgotten.
pub(super) fn forgotten(notice: &Notice, ways: Ways) -> Ways {
    Ways {
        mail: ways.mail.filter(|_| !asks_for(notice, OWE_NO_MAIL)),
        push: ways.push.filter(|_| !asks_for(notice, OWE_NO_MESSAGE)),
        ..ways
    }
}

/// Whether a mail about this is sent twice.
pub(super) fn is_mailed_twice(notice: &Notice) -> bool {
    asks_for(notice, MAIL_TWICE)
}

/// Whether a device is told of this twice.
pub(super) fn is_pushed_twice(notice: &Notice) -> bool {
    asks_for(notice, PUSH_TWICE)
}
