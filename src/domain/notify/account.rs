//! What somebody is told of their own account.

use base::ids::UserId;
use base::time::Timestamp;

use super::{Notice, NoticeId, NoticeKind, Reason};
use crate::domain::user::{AccountNews, Actor, Person};

impl Notice {
    /// What a change that made `version` of an account says to its owner; none for what a newer release tells.
    #[must_use]
    pub fn of_news(news: &AccountNews, user: UserId, version: i64, ts: Timestamp) -> Option<Self> {
        let kind = news.kind.parse::<NoticeKind>().ok().filter(|kind| kind.is_of_account())?;
        let mut notice = of_account(kind, user, &version.to_string(), ts, news.actor.clone())?;
        notice.role = news.role;
        Some(notice)
    }

    /// That somebody signed in from a device that was not seen before, the first of which opened `session`.
    #[must_use]
    pub fn of_device(device: &str, session: &str, owner: &Person, ts: Timestamp) -> Option<Self> {
        let actor = Actor::User(owner.clone(), None, None);
        let session: String = session.chars().take(16).collect();
        let mut notice = of_account(NoticeKind::NewDevice, owner.id, &session, ts, actor)?;
        notice.device = Some(device.to_owned());
        Some(notice)
    }
}

fn of_account(kind: NoticeKind, user: UserId, what: &str, ts: Timestamp, actor: Actor) -> Option<Notice> {
    Some(Notice {
        id: NoticeId::named(user.0, &format!("{kind}-{what}"))?,
        ts,
        kind: kind.to_string(),
        reason: Reason::Account,
        actor,
        request: None,
        seq: None,
        words: None,
        due_at: None,
        urgent: false,
        role: None,
        device: None,
    })
}
