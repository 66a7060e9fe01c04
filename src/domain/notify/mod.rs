//! Who is told what happened to a request, and why: an event, whose request it is and who has the work give the notices.
//!
//! Nobody is told of what they did themselves, and of one event everybody hears once, for the reason that is closest to them. An
//! internal comment is told to staff alone.

mod account;
mod choices;
mod delivery;
mod notice;
mod security;
pub mod sentences;
pub mod times;

use base::ids::UserId;
use base::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::request::due::Due;
use crate::domain::request::{Event, EventBody, MaintenanceRequest, Priority, Visibility};
use crate::domain::user::{Actor, Person, Role};

pub use choices::{Channel, Choice, Choices, Chosen, NoticeKind, Others};
pub use delivery::{Delivered, DeliveryId, DeliveryState, DeviceId};
pub use notice::{About, Notice, NoticeId, Reason};
pub use security::SecurityChange;

/// So many managers, and admins behind them, are told of one event: those with the oldest accounts. Each costs a call.
pub const MOST_APPROVERS: usize = 200;

/// So many people watch one request.
pub const MOST_WATCHERS: usize = 100;

/// Somebody of the staff, as they may be told or mentioned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colleague {
    /// The account.
    pub id: UserId,
    /// The name by which they are mentioned.
    pub name: String,
    /// What they are.
    pub role: Role,
}

/// Whether an event is told to anybody. What of a report was corrected, which files it has and what it has to do with others is seen where
/// it is read: five pictures are no five mails.
#[must_use]
pub const fn is_told(body: &EventBody) -> bool {
    match body {
        EventBody::Edited { .. }
        | EventBody::Attached { .. }
        | EventBody::Marked { .. }
        | EventBody::Detached { .. } => false,
        EventBody::Linked { link, .. } | EventBody::Unlinked { link, .. } => link.kind.is_merge(),
        EventBody::Created { .. }
        | EventBody::Approved {}
        | EventBody::Rejected { .. }
        | EventBody::Assigned { .. }
        | EventBody::Released { .. }
        | EventBody::Started {}
        | EventBody::Held { .. }
        | EventBody::Resumed {}
        | EventBody::Completed { .. }
        | EventBody::Closed { .. }
        | EventBody::Reopened { .. }
        | EventBody::Cancelled { .. }
        | EventBody::Commented { .. } => true,
    }
}

/// Whom a request is about, when something happens to it.
#[derive(Clone, Copy, Debug)]
pub struct Parties<'a> {
    /// Whose request it is.
    pub requester: UserId,
    /// Whose requests were merged into it: they hear what the requester hears.
    pub reporters: &'a [UserId],
    /// Who had the work before it happened.
    pub assignee: Option<UserId>,
    /// The active technicians, managers and admins, where [`needs_staff`] asks for them.
    pub staff: &'a [Colleague],
    /// Who watches the request. One who is none of the staff any more is told nothing.
    pub watchers: &'a [UserId],
}

impl Parties<'_> {
    fn approvers(&self) -> impl Iterator<Item = (UserId, Reason)> + '_ {
        let of = |role: Role| self.staff.iter().filter(move |one| one.role == role);
        of(Role::Manager).chain(of(Role::Admin)).take(MOST_APPROVERS).map(|one| (one.id, Reason::Approver))
    }

    fn watchers(&self) -> impl Iterator<Item = (UserId, Reason)> + '_ {
        let may_see = |id: &&UserId| self.staff.iter().any(|one| one.id == **id);
        self.watchers.iter().filter(may_see).map(|&id| (id, Reason::Watcher))
    }
}

/// Whether the staff must be known to say who is told of an event.
#[must_use]
pub fn needs_staff(body: &EventBody, is_watched: bool) -> bool {
    match body {
        _ if is_watched => true,
        EventBody::Created { .. } | EventBody::Released { .. } | EventBody::Reopened { .. } => true,
        EventBody::Commented { body, .. } => body.contains('@'),
        _ => false,
    }
}

/// Who has the work after an event, if it says so.
#[must_use]
pub fn assignee_after(body: &EventBody) -> Option<Option<&Person>> {
    match body {
        EventBody::Assigned { assignee, .. } => Some(Some(assignee)),
        EventBody::Released { .. } => Some(None),
        _ => None,
    }
}

/// Who is told of an event, and why.
#[must_use]
pub fn told(event: &Event, parties: &Parties<'_>) -> Vec<(UserId, Reason)> {
    if !is_told(&event.body) {
        return Vec::new();
    }
    let staff = parties.staff;
    let requester = (parties.requester, Reason::Requester);
    let assignee = parties.assignee.map(|id| (id, Reason::Assignee));
    let mut told: Vec<(UserId, Reason)> = Vec::new();
    match &event.body {
        EventBody::Edited { .. }
        | EventBody::Attached { .. }
        | EventBody::Marked { .. }
        | EventBody::Detached { .. } => {}
        EventBody::Created { .. } => {
            told.push(requester);
            told.extend(parties.approvers());
        }
        EventBody::Approved {}
        | EventBody::Rejected { .. }
        | EventBody::Started {}
        | EventBody::Held { .. }
        | EventBody::Resumed {}
        | EventBody::Completed { .. } => told.push(requester),
        EventBody::Assigned { assignee, previous } => {
            told.push((assignee.id, Reason::Assignee));
            told.extend(previous.as_ref().map(|previous| (previous.id, Reason::FormerAssignee)));
            told.push(requester);
        }
        EventBody::Released { .. } => {
            told.extend(assignee.map(|(id, _)| (id, Reason::FormerAssignee)));
            told.extend(parties.approvers());
        }
        EventBody::Closed { .. }
        | EventBody::Cancelled { .. }
        | EventBody::Linked { .. }
        | EventBody::Unlinked { .. } => {
            told.extend(assignee);
            told.push(requester);
        }
        EventBody::Reopened { .. } => {
            told.extend(assignee);
            told.push(requester);
            if assignee.is_none() {
                told.extend(parties.approvers());
            }
        }
        EventBody::Commented { body, visibility } => {
            told.extend(mentioned(body, staff).map(|id| (id, Reason::Mentioned)));
            told.extend(assignee);
            if *visibility == Visibility::Public {
                told.push(requester);
            }
        }
    }
    // Who reported the same hears of what is merged by their own request.
    let is_merge = matches!(event.body, EventBody::Linked { .. } | EventBody::Unlinked { .. });
    if !is_merge && told.contains(&requester) {
        told.extend(parties.reporters.iter().map(|&id| (id, Reason::Reporter)));
    }
    told.extend(parties.watchers());
    once(told, event.actor.id())
}

/// Who is told that the work is due, and why: who has it, or else who gives it out; of what is overdue both, and who watches.
#[must_use]
pub fn told_of_due(due: Due, parties: &Parties<'_>) -> Vec<(UserId, Reason)> {
    let mut told: Vec<_> = parties.assignee.map(|id| (id, Reason::Assignee)).into_iter().collect();
    match due {
        Due::Soon if told.is_empty() => told.extend(parties.approvers()),
        Due::Soon => {}
        Due::Over => {
            told.extend(parties.approvers());
            told.extend(parties.watchers());
        }
    }
    once(told, None)
}

/// Everybody once, for the first reason; who did it not at all.
fn once(mut told: Vec<(UserId, Reason)>, actor: Option<UserId>) -> Vec<(UserId, Reason)> {
    let mut heard = vec![actor];
    told.retain(|(user, _)| {
        let is_new = !heard.contains(&Some(*user));
        heard.push(Some(*user));
        is_new
    });
    told
}

/// Whom a comment names by `@` and their whole name, in either case; the longest name that fits is meant. An address is no name.
fn mentioned<'a>(body: &'a str, staff: &'a [Colleague]) -> impl Iterator<Item = UserId> + 'a {
    let begins = |at: usize| !body.get(..at).is_some_and(|before| before.ends_with(char::is_alphanumeric));
    body.match_indices('@').filter(move |(at, _)| begins(*at)).filter_map(|(at, sign)| {
        let rest = body.get(at + sign.len()..)?.to_lowercase();
        let names = |one: &&Colleague| {
            let name = one.name.to_lowercase();
            rest.strip_prefix(name.as_str()).is_some_and(|behind| !behind.starts_with(char::is_alphanumeric))
        };
        staff.iter().filter(names).max_by_key(|one| one.name.len()).map(|one| one.id)
    })
}

impl Notice {
    /// What `event` of a request says to somebody who is told of it for `reason`.
    #[must_use]
    pub fn of(event: &Event, request: &MaintenanceRequest, reason: Reason) -> Self {
        Notice {
            id: NoticeId::of(request.id, request.epoch, event.seq),
            ts: event.ts,
            kind: event.kind().to_owned(),
            reason,
            actor: event.actor.clone(),
            request: Some(About::of(request)),
            seq: Some(event.seq),
            words: notice::words_of(&event.body),
            due_at: None,
            urgent: is_urgent(request),
            role: None,
            device: None,
            change: None,
            item: notice::item_of(&event.body),
        }
    }

    /// That the work is due, as somebody is told at `now` for `reason`. The same due time is told once; none where the id cannot be made.
    #[must_use]
    pub fn of_due(due: Due, request: &MaintenanceRequest, reason: Reason, now: Timestamp) -> Option<Self> {
        let kind = match due {
            Due::Soon => NoticeKind::DueSoon,
            Due::Over => NoticeKind::Overdue,
        };
        let id = NoticeId::named(request.id.0, &format!("{}-{kind}-{}", request.epoch, request.due_at.as_ms()))?;
        Some(Notice {
            id,
            ts: now,
            kind: kind.to_string(),
            reason,
            actor: Actor::System,
            request: Some(About::of(request)),
            seq: None,
            words: None,
            due_at: Some(request.due_at),
            urgent: due == Due::Over || is_urgent(request),
            role: None,
            device: None,
            change: None,
            item: None,
        })
    }
}

const fn is_urgent(request: &MaintenanceRequest) -> bool {
    request.report.hazard || matches!(request.report.priority, Priority::Urgent)
}

#[cfg(test)]
mod tests;
