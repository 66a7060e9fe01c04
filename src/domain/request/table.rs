//! The actions of the state machine, and the state table of docs/requests.md: a row per action says what it needs, what event it makes, and of each of its
//! transitions from where, by whom and where to.
//!
//! [`policy`](super::policy) asks it who may do what, [`Step`](super::Step) what an action needs, `decide` for the event; the
//! API's description tells clients. A test holds that what an event does leads where the row says.

use base::words;

use super::event::EventBody;
use super::rules::RequestRules;
use super::status::Status;
use super::status::Status::{
    Approved, Assigned, Cancelled, Closed, Completed, InProgress, OnHold, Rejected, Submitted,
};

words! {
    /// An action of the state machine. `x-needs` is the input of its body that each one needs. `x-steps` is the state table: the kind
    /// of event that each one makes, and its transitions: `who` takes it (managers and admins may, whoever that is), `from` which
    /// states, `to` which (null where it stays), and `when`: `always`, `closed_lately` (as long ago as the settings allow) or
    /// `not_theirs` (a technician claims, or takes over, what is not theirs).
    pub enum Action: "action" {
        /// Accept a submitted request.
        Approve = "approve",
        /// Turn it down, with a reason.
        Reject = "reject",
        /// Give it to somebody, or claim it.
        Assign = "assign",
        /// Give the work back, with a reason.
        Release = "release",
        /// Begin the work.
        Start = "start",
        /// Wait for something, with a reason.
        Hold = "hold",
        /// Go on after a hold.
        Resume = "resume",
        /// Finish the work, with a resolution.
        Complete = "complete",
        /// Agree that it is done, with a rating if one likes.
        Close = "close",
        /// Disagree, with a reason.
        Reopen = "reopen",
        /// Withdraw it, with a reason.
        Cancel = "cancel",
    }
}

/// What somebody must be to the request; managers and admins may do everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Who {
    /// A manager or admin, and nobody else.
    Manager,
    /// Whose request it is.
    Requester,
    /// Any technician.
    Technician,
    /// Who does the work.
    Assignee,
}

/// What an action needs besides the request, and the event that it makes of that.
#[derive(Debug, Clone, Copy)]
pub enum Needs {
    /// Nothing.
    Nothing(fn() -> EventBody),
    /// Why.
    Reason(fn(String) -> EventBody),
    /// To whom the work goes; the event also says who had it.
    Assignee,
    /// What was done.
    Resolution(fn(String, &RequestRules) -> EventBody),
    /// How satisfied one is, if one likes.
    Rating(fn(Option<u8>) -> EventBody),
}

impl Needs {
    /// The name of the input in the body of `POST /api/requests/:id/{action}`; none where there is none.
    #[must_use]
    pub const fn input(self) -> Option<&'static str> {
        match self {
            Self::Nothing(_) => None,
            Self::Reason(_) => Some("reason"),
            Self::Assignee => Some("assignee_id"),
            Self::Resolution(_) => Some("resolution"),
            Self::Rating(_) => Some("rating"),
        }
    }

    /// The kind of the event that is made of it.
    #[cfg(feature = "openapi")]
    #[must_use]
    pub fn event_kind(self) -> &'static str {
        match self {
            Self::Nothing(event) => event().kind(),
            Self::Reason(event) => event(String::new()).kind(),
            // `decide` makes it, of whom the request has; a test of the description compares them.
            Self::Assignee => "assigned",
            Self::Resolution(event) => event(String::new(), &RequestRules::default()).kind(),
            Self::Rating(event) => event(None).kind(),
        }
    }
}

/// What else must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum When {
    /// Nothing.
    Always,
    /// It was closed no longer ago than the settings say.
    ClosedLately,
    /// A technician claims: not what he has.
    NotTheirs,
}

/// One row.
#[derive(Debug)]
pub struct Row {
    /// The action.
    pub action: Action,
    /// What it needs.
    pub needs: Needs,
    /// Its transitions.
    pub transitions: &'static [Transition],
}

/// A transition of the state machine.
#[derive(Debug)]
#[cfg_attr(feature = "openapi", derive(serde::Serialize))]
pub struct Transition {
    /// By whom.
    pub who: Who,
    /// From any of these.
    pub from: &'static [Status],
    /// What else must hold.
    pub when: When,
    /// Where it leads; none where it stays.
    pub to: Option<Status>,
}

const fn row(action: Action, needs: Needs, transitions: &'static [Transition]) -> Row {
    Row { action, needs, transitions }
}

const fn from(who: Who, from: &'static [Status], to: Status) -> Transition {
    Transition { who, from, when: When::Always, to: Some(to) }
}

/// The table, in the order of [`Action::ALL`].
pub static ROWS: &[Row] = &[
    row(Action::Approve, Needs::Nothing(|| EventBody::Approved {}), &[from(Who::Manager, &[Submitted], Approved)]),
    row(
        Action::Reject,
        Needs::Reason(|reason| EventBody::Rejected { reason }),
        &[from(Who::Manager, &[Submitted], Rejected)],
    ),
    row(
        Action::Assign,
        Needs::Assignee,
        &[
            Transition { when: When::NotTheirs, ..from(Who::Technician, &[Approved], Assigned) },
            Transition { who: Who::Technician, from: &[Assigned, InProgress, OnHold], when: When::NotTheirs, to: None },
        ],
    ),
    row(
        Action::Release,
        Needs::Reason(|reason| EventBody::Released { reason }),
        &[from(Who::Assignee, &[Assigned], Approved), from(Who::Manager, &[InProgress, OnHold], Approved)],
    ),
    row(Action::Start, Needs::Nothing(|| EventBody::Started {}), &[from(Who::Assignee, &[Assigned], InProgress)]),
    row(
        Action::Hold,
        Needs::Reason(|reason| EventBody::Held { reason }),
        &[from(Who::Assignee, &[InProgress], OnHold)],
    ),
    row(Action::Resume, Needs::Nothing(|| EventBody::Resumed {}), &[from(Who::Assignee, &[OnHold], InProgress)]),
    row(
        Action::Complete,
        Needs::Resolution(|resolution, rules| EventBody::Completed {
            resolution,
            auto_close_ms: Some(rules.auto_close_ms()),
        }),
        &[from(Who::Assignee, &[InProgress], Completed)],
    ),
    row(
        Action::Close,
        Needs::Rating(|rating| EventBody::Closed { rating }),
        &[from(Who::Requester, &[Completed], Closed)],
    ),
    row(
        Action::Reopen,
        Needs::Reason(|reason| EventBody::Reopened { reason }),
        &[
            from(Who::Requester, &[Completed], InProgress),
            Transition { when: When::ClosedLately, ..from(Who::Requester, &[Closed], InProgress) },
        ],
    ),
    row(
        Action::Cancel,
        Needs::Reason(|reason| EventBody::Cancelled { reason }),
        &[from(Who::Requester, &[Submitted], Cancelled), from(Who::Manager, &[Approved, Assigned], Cancelled)],
    ),
];

/// The transitions of an action.
pub fn transitions(action: Action) -> impl Iterator<Item = &'static Transition> {
    ROWS.iter().filter(move |row| row.action == action).flat_map(|row| row.transitions)
}

/// What an action needs; none for one that is in no row, which a test excludes.
#[must_use]
pub fn needs(action: Action) -> Option<Needs> {
    ROWS.iter().find(|row| row.action == action).map(|row| row.needs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::request::fixtures::*;

    #[test]
    fn every_action_has_its_row_and_transitions() {
        let actions: Vec<Action> = ROWS.iter().map(|row| row.action).collect();
        assert_eq!(actions, Action::ALL);
        assert!(ROWS.iter().all(|row| !row.transitions.is_empty()));
    }

    #[test]
    fn what_an_action_does_leads_where_its_row_says() {
        for row in ROWS {
            for transition in row.transitions {
                for &from in transition.from {
                    let mut story = Story::in_status(from);
                    story.tell(&manager(), &valid_command(row.action, &manager()), at(20)).unwrap();
                    assert_eq!(story.request.status, transition.to.unwrap_or(from), "{row:?} from {from}");
                }
            }
        }
    }
}
