//! What somebody is told of their own account.

use base::ids::UserId;
use base::time::Timestamp;

use super::security::SecurityChange;
use super::{Notice, NoticeId, NoticeKind, Reason};
use crate::domain::user::{AccountNews, Actor, Person};

impl Notice {
    /// What a change of an account says to its owner; `what` tells it from every other change of that account. None for what a newer
    /// release tells.
    #[must_use]
    pub fn of_news(news: &AccountNews, user: UserId, what: &str, ts: Timestamp) -> Option<Self> {
        let kind = news.kind.parse::<NoticeKind>().ok().filter(|kind| kind.is_of_account())?;
        let notice = of_account(kind, user, what, ts, news.actor.clone())?;
        let AccountNews { role, change, item, ends_at, .. } = news.clone();
        Some(Notice { role, change, item, due_at: ends_at, ..notice })
    }

    /// Whether it is about an API key of its reader's.
    #[must_use]
    pub fn is_of_a_key(&self) -> bool {
        let change = self.change.as_deref().and_then(|change| change.parse().ok());
        let is_changed = matches!(change, Some(SecurityChange::KeyMade | SecurityChange::KeyRotated));
        is_changed || self.kind == NoticeKind::KeyExpires.as_str()
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
        change: None,
        item: None,
    })
}
