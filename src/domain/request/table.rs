//! The state table of docs/requests.md: a row per step of the state machine says from where, by whom, with what, and where to.
//!
//! [`policy`](super::policy) asks it who may do what, [`Command`](super::Command) what an action needs; a test holds that what an action
//! does leads where its row says.

use super::action::Action;
use super::status::Status;
use super::status::Status::{
    Approved, Assigned, Cancelled, Closed, Completed, InProgress, OnHold, Rejected, Submitted,
};

/// What somebody must be to the request; managers and admins may take every step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// What an action needs besides the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// Why.
    Reason,
    /// To whom the work goes.
    Assignee,
    /// What was done.
    Resolution,
    /// How satisfied one is, if one likes.
    Rating,
}

/// What else must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
pub struct Step {
    /// The action.
    pub action: Action,
    /// What it needs.
    pub needs: Needs,
    /// By whom.
    pub who: Who,
    /// From any of these.
    pub from: &'static [Status],
    /// What else must hold.
    pub when: When,
    /// Where it leads; none where it stays.
    pub to: Option<Status>,
}

const fn step(action: Action, needs: Needs, who: Who, from: &'static [Status], to: Status) -> Step {
    Step { action, needs, who, from, when: When::Always, to: Some(to) }
}

/// The table.
pub static STEPS: &[Step] = &[
    step(Action::Approve, Needs::Nothing, Who::Manager, &[Submitted], Approved),
    step(Action::Reject, Needs::Reason, Who::Manager, &[Submitted], Rejected),
    Step { when: When::NotTheirs, ..step(Action::Assign, Needs::Assignee, Who::Technician, &[Approved], Assigned) },
    Step {
        action: Action::Assign,
        needs: Needs::Assignee,
        who: Who::Technician,
        from: &[Assigned, InProgress, OnHold],
        when: When::NotTheirs,
        to: None,
    },
    step(Action::Release, Needs::Reason, Who::Assignee, &[Assigned], Approved),
    step(Action::Start, Needs::Nothing, Who::Assignee, &[Assigned], InProgress),
    step(Action::Hold, Needs::Reason, Who::Assignee, &[InProgress], OnHold),
    step(Action::Resume, Needs::Nothing, Who::Assignee, &[OnHold], InProgress),
    step(Action::Complete, Needs::Resolution, Who::Assignee, &[InProgress], Completed),
    step(Action::Close, Needs::Rating, Who::Requester, &[Completed], Closed),
    step(Action::Reopen, Needs::Reason, Who::Requester, &[Completed], InProgress),
    Step { when: When::ClosedLately, ..step(Action::Reopen, Needs::Reason, Who::Requester, &[Closed], InProgress) },
    step(Action::Cancel, Needs::Reason, Who::Requester, &[Submitted], Cancelled),
    step(Action::Cancel, Needs::Reason, Who::Manager, &[Approved, Assigned], Cancelled),
];

/// The rows of an action.
pub fn of(action: Action) -> impl Iterator<Item = &'static Step> {
    STEPS.iter().filter(move |step| step.action == action)
}

/// What an action needs; each of its rows says the same.
#[must_use]
pub fn needs(action: Action) -> Needs {
    of(action).next().map_or(Needs::Nothing, |step| step.needs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::request::fixtures::*;

    #[test]
    fn every_action_has_rows_that_agree() {
        for &action in Action::ALL {
            assert!(of(action).next().is_some(), "{action} is in no row");
            assert!(of(action).all(|step| step.needs == needs(action)), "{action}");
        }
    }

    #[test]
    fn what_an_action_does_leads_where_its_row_says() {
        for step in STEPS {
            for &from in step.from {
                let mut story = Story::in_status(from);
                story.tell(&manager(), &valid_command(step.action, &manager()), at(20)).unwrap();
                assert_eq!(story.request.status, step.to.unwrap_or(from), "{step:?} from {from}");
            }
        }
    }
}
