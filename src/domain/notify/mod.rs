//! Who is told what happened to a request, and why: an event, whose request it is and who has the work give the notices.
//!
//! Nobody is told of what they did themselves, and of one event everybody hears once, for the reason that is closest to them. An
//! internal comment is told to staff alone.

mod choices;
mod delivery;
mod notice;
pub mod sentences;

use base::ids::UserId;
use serde::{Deserialize, Serialize};

use crate::domain::request::{Event, EventBody, MaintenanceRequest, Visibility};
use crate::domain::user::{Person, Role};

pub use choices::{Choice, Choices, NoticeKind};
pub use delivery::{Channel, Delivered, DeliveryId, DeliveryState, DeviceId};
pub use notice::{About, Notice, NoticeId, Reason};

/// So many managers, and admins behind them, are told of one event: those with the oldest accounts. Each costs a call, and some plans
/// of the platform bound those to 50.
pub const MOST_APPROVERS: usize = 40;

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

/// Whether an event is told to anybody. What of a report was corrected is seen where it is read.
#[must_use]
pub const fn is_told(body: &EventBody) -> bool {
    match body {
        EventBody::Edited { .. } => false,
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

/// Whether the staff must be known to say who is told of an event.
#[must_use]
pub fn needs_staff(body: &EventBody) -> bool {
    match body {
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

/// Who is told of an event, and why. `assignee` had the work before it; `staff` are the active technicians, managers and
/// admins, where [`needs_staff`] asks for them.
#[must_use]
pub fn told(event: &Event, requester: UserId, assignee: Option<UserId>, staff: &[Colleague]) -> Vec<(UserId, Reason)> {
    let approvers = || {
        let of = |role: Role| staff.iter().filter(move |one| one.role == role);
        of(Role::Manager).chain(of(Role::Admin)).take(MOST_APPROVERS).map(|one| (one.id, Reason::Approver))
    };
    let requester = (requester, Reason::Requester);
    let assignee = assignee.map(|id| (id, Reason::Assignee));
    let mut told: Vec<(UserId, Reason)> = Vec::new();
    match &event.body {
        EventBody::Edited { .. } => {}
        EventBody::Created { .. } => {
            told.push(requester);
            told.extend(approvers());
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
            told.extend(approvers());
        }
        EventBody::Closed { .. } | EventBody::Cancelled { .. } => {
            told.extend(assignee);
            told.push(requester);
        }
        EventBody::Reopened { .. } => {
            told.extend(assignee);
            told.push(requester);
            if assignee.is_none() {
                told.extend(approvers());
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
    let mut heard = vec![event.actor.id()];
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
            request: About { id: request.id, number: request.number.clone(), title: request.report.title.clone() },
            seq: event.seq,
            words: notice::words_of(&event.body),
        }
    }
}

#[cfg(test)]
mod tests;
