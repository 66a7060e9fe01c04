//! From a wish to an event, or to the reason why not. Pure: the request's object stores what comes out, and nothing else
//! in the system decides about a request.
//!
//! Three kinds of no: [`Refusal::NotFound`] for who may not see the request, [`Refusal::Forbidden`] for who may never do
//! this to it, [`Refusal::InvalidTransition`] with the allowed actions for who may, but not in its present state.

use base::{refusal::Refusal, time::Timestamp};

use super::{
    command::{Command, Input, Step},
    downtime,
    event::EventBody,
    linking,
    policy::{self, Verdict},
    report::{Change, Changes, EditInput, NewRequest},
    rules::RequestRules,
    state::MaintenanceRequest,
    status::Status,
    table::{self, Action, Needs},
};
use crate::domain::request::Rating;
use crate::domain::user::{Caller, Person};

/// Decides about a new request.
///
/// # Errors
/// [`Refusal::Forbidden`] if it is raised on behalf of another by somebody who may not; [`Refusal::Invalid`] for downtime that cannot be.
pub fn create(new: &NewRequest, caller: &Caller, now: Timestamp, rules: &RequestRules) -> Result<EventBody, Refusal> {
    let requester = new.requester.as_ref().unwrap_or(&caller.user);
    if !policy::may_create_for(caller, requester.id) {
        return Err(Refusal::Forbidden { action: None });
    }
    Ok(EventBody::Created {
        report: downtime::settled(new.report(), now)?,
        requester: requester.clone(),
        target_ms: rules.target_ms(new.priority),
    })
}

/// Decides about a command to an existing request.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::Forbidden`] or [`Refusal::InvalidTransition`] as the module's header says;
/// [`Refusal::Invalid`] with the code `no_change` for an edit or assignment that changes nothing; [`Refusal::Conflict`] for
/// a claim of what somebody else has.
pub fn decide(
    request: &MaintenanceRequest,
    command: &Command,
    caller: &Caller,
    now: Timestamp,
    rules: &RequestRules,
) -> Result<EventBody, Refusal> {
    if !policy::may_see(request, caller) {
        return Err(Refusal::NotFound);
    }
    match command {
        Command::Step(step) => {
            let verdict = policy::verdict(request, caller, step.action(), now, rules);
            refuse(verdict, Some(step.action()), request, caller, now, rules)?;
            take(request, step, caller, rules)
        }
        Command::Edit(input) => {
            let verdict = if input.is_of_downtime_alone() {
                policy::downtime_verdict(request, caller)
            } else {
                policy::edit_verdict(request, caller)
            };
            refuse(verdict, None, request, caller, now, rules)?;
            edit(request, &downtime::settled_edit(input, now)?, rules)
        }
        Command::Comment { body, visibility } => {
            if !policy::may_comment(request, caller, *visibility) {
                return Err(Refusal::Forbidden { action: None });
            }
            Ok(EventBody::Commented { body: body.as_str().to_owned(), visibility: *visibility })
        }
        Command::Link { link, theirs } => {
            let verdict = linking::verdict(request, link.kind, caller.role);
            refuse(verdict, None, request, caller, now, rules)?;
            linking::linked(request, link, *theirs)
        }
        Command::Unlink { other, made_at } => linking::unlinked(request, *other, *made_at, caller.role),
    }
}

/// The event that the step's row of the state table makes of its input.
fn take(
    request: &MaintenanceRequest,
    step: &Step,
    caller: &Caller,
    rules: &RequestRules,
) -> Result<EventBody, Refusal> {
    match (table::needs(step.action()), step.input()) {
        (Some(Needs::Nothing(event)), Input::Nothing) => Ok(event()),
        (Some(Needs::Reason(event)), Input::Reason(reason)) => Ok(event(reason.as_str().to_owned())),
        (Some(Needs::Assignee), Input::Assignee { assignee, take_over }) => {
            assign(request, assignee, *take_over, caller)
        }
        (Some(Needs::Resolution(event)), Input::Resolution(resolution)) => {
            Ok(event(resolution.as_str().to_owned(), rules))
        }
        (Some(Needs::Rating(event)), Input::Rating(rating)) => Ok(event(rating.map(Rating::stars))),
        // A step is made with what its row says that it needs.
        _ => Err(Refusal::Internal),
    }
}

/// When a completed request closes by itself, by the rules that it was completed under; none in any other state. What the
/// object sets its alarm for.
#[must_use]
pub fn closes_by_itself_at(request: &MaintenanceRequest) -> Option<Timestamp> {
    match request.status {
        Status::Completed => {
            let auto_close_ms = request.auto_close_ms.unwrap_or(RequestRules::default().auto_close_ms());
            Some(request.completed_at?.plus_ms(auto_close_ms))
        }
        Status::Submitted
        | Status::Approved
        | Status::Rejected
        | Status::Assigned
        | Status::InProgress
        | Status::OnHold
        | Status::Closed
        | Status::Cancelled => None,
    }
}

/// The event, by [`Actor::System`](crate::domain::Actor::System), if the time for that has come.
#[must_use]
pub fn close_by_itself(request: &MaintenanceRequest, now: Timestamp) -> Option<EventBody> {
    (closes_by_itself_at(request)? <= now).then_some(EventBody::Closed { rating: None })
}

fn refuse(
    verdict: Verdict,
    action: Option<Action>,
    request: &MaintenanceRequest,
    caller: &Caller,
    now: Timestamp,
    rules: &RequestRules,
) -> Result<(), Refusal> {
    match verdict {
        Verdict::Allowed => Ok(()),
        Verdict::Never => Err(Refusal::Forbidden { action: action.map(Action::word) }),
        Verdict::NotNow => Err(Refusal::InvalidTransition {
            status: request.status.word(),
            allowed: policy::allowed_actions(request, caller, now, rules).into_iter().map(Action::word).collect(),
            record: None,
        }),
    }
}

fn assign(
    request: &MaintenanceRequest,
    assignee: &Person,
    take_over: bool,
    caller: &Caller,
) -> Result<EventBody, Refusal> {
    if !caller.role.manages() && !caller.is(assignee) {
        return Err(Refusal::Forbidden { action: Some(Action::Assign.word()) });
    }
    if request.is_assigned_to(assignee) {
        return Err(Refusal::invalid("assignee_id", "no_change", "The request is assigned to this person already."));
    }
    // A claim is for what nobody has; who takes over another's work knows it, and says so.
    if request.assignee.is_some() && !caller.role.manages() && !take_over {
        let detail = "Somebody else has this request. To take it over, say so: take_over.";
        return Err(Refusal::conflict("already_assigned", detail));
    }
    Ok(EventBody::Assigned { assignee: assignee.clone(), previous: request.assignee.clone() })
}

fn edit(request: &MaintenanceRequest, input: &EditInput, rules: &RequestRules) -> Result<EventBody, Refusal> {
    let changes = request.report.changes(input);
    if changes == Changes::default() {
        return Err(Refusal::invalid("body", "no_change", "This edit changes nothing."));
    }
    let mut after = request.report.clone();
    after.change(&changes);
    downtime::check(&after)?;
    // The due time follows the priority; an edit of the words leaves it alone, whatever the settings are by now.
    let target_ms = changes.priority.as_ref().and_then(|priority| {
        let target_ms = rules.target_ms(priority.to);
        Change::of(&request.target_ms, Some(target_ms))
    });
    Ok(EventBody::Edited { changes, target_ms })
}

#[cfg(test)]
mod tests;
