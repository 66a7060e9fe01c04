//! Who may do what to a request, when: the state table in docs/requests.md, as one function per question.
//!
//! Architecture invariant: every answer comes from (request, caller, now, rules) alone. `decide` and `allowed_actions` ask
//! the same [`verdict`], so what a record offers is exactly what a command would be granted.

use base::{ids::UserId, time::Timestamp, words};

use super::rules::{Approvers, RequestRules};
use super::table::{self, Action, Transition, When, Who};
use super::{state::MaintenanceRequest, status::Status, visibility::Visibility};
use crate::domain::request::{Moment, Summary};
use crate::domain::user::{Caller, Role};

/// What the table says about one action of one caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// He may, now.
    Allowed,
    /// His role and relation to the request permit it, but its present state does not.
    NotNow,
    /// His role and relation to the request never permit it.
    Never,
}

/// What the caller is to the request.
struct Relation {
    /// Manager or admin.
    manages: bool,
    /// A technician, who may claim.
    is_technician: bool,
    /// The one who does the work. A requester never is, even if he was a technician when it was assigned to him.
    is_assignee: bool,
    /// The one whose request it is.
    is_requester: bool,
}

impl Relation {
    fn of(request: &MaintenanceRequest, caller: &Caller) -> Self {
        let is_technician = matches!(caller.role, Role::Technician);
        let manages = caller.role.manages();
        Self {
            manages,
            is_technician,
            is_assignee: (is_technician || manages) && request.is_assigned_to(&caller.user),
            is_requester: caller.is(&request.requester),
        }
    }

    fn is(&self, who: Who) -> bool {
        self.manages
            || match who {
                Who::Manager => false,
                Who::Requester => self.is_requester,
                Who::Technician => self.is_technician,
                Who::Assignee => self.is_assignee,
            }
    }
}

/// What the state table says about `action`, for a caller who may see the request.
#[must_use]
pub fn verdict(
    request: &MaintenanceRequest,
    caller: &Caller,
    action: Action,
    now: Timestamp,
    rules: &RequestRules,
) -> Verdict {
    let relation = Relation::of(request, caller);
    let holds = |transition: &Transition| match transition.when {
        When::Always => true,
        When::ClosedLately => is_within_reopen_window(request, now, rules),
        When::NotTheirs => relation.manages || !relation.is_assignee,
    };
    if !is_left_open(action, caller, rules) {
        return Verdict::Never;
    }
    let is_theirs = |transition: &&Transition| relation.is(transition.who) && is_granted(transition, &relation, rules);
    let mut verdict = Verdict::Never;
    for transition in table::transitions(action).filter(is_theirs) {
        if transition.from.contains(&request.status) && holds(transition) {
            return Verdict::Allowed;
        }
        verdict = Verdict::NotNow;
    }
    verdict
}

words! {
    /// Something that the settings can take from a role.
    pub enum Withheld: "withheld" {
        /// To approve and to reject.
        Approve = "approve",
        /// To take approved work that nobody has.
        Claim = "claim",
        /// To take over what another has.
        TakeOver = "take_over",
    }
}

/// What the settings take from a role, of what it could do by the table.
#[must_use]
pub fn withheld(role: Role, rules: &RequestRules) -> Vec<Withheld> {
    let is_technician = role == Role::Technician;
    let all = [
        (Withheld::Approve, role == Role::Manager && rules.approvers == Approvers::Admins),
        (Withheld::Claim, is_technician && !rules.technicians_claim),
        (Withheld::TakeOver, is_technician && !rules.technicians_take_over),
    ];
    all.into_iter().filter(|(_, is_withheld)| *is_withheld).map(|(withheld, _)| withheld).collect()
}

/// Whether the settings leave the action to the caller's role at all.
fn is_left_open(action: Action, caller: &Caller, rules: &RequestRules) -> bool {
    match (action, rules.approvers) {
        (Action::Approve | Action::Reject, Approvers::Admins) => caller.role == Role::Admin,
        _ => true,
    }
}

/// Whether the settings grant a technician the transition: to claim is what leads on, to take over leaves the state as it is.
fn is_granted(transition: &Transition, relation: &Relation, rules: &RequestRules) -> bool {
    match (transition.who, transition.to) {
        (Who::Technician, _) if relation.manages => true,
        (Who::Technician, Some(_)) => rules.technicians_claim,
        (Who::Technician, None) => rules.technicians_take_over,
        (Who::Manager | Who::Requester | Who::Assignee, _) => true,
    }
}

/// The actions that the caller may take now, in the order of [`Action::ALL`]; none if he may not see the request.
#[must_use]
pub fn allowed_actions(
    request: &MaintenanceRequest,
    caller: &Caller,
    now: Timestamp,
    rules: &RequestRules,
) -> Vec<Action> {
    if !may_see(request, caller) {
        return Vec::new();
    }
    let is_allowed = |&action: &Action| verdict(request, caller, action, now, rules) == Verdict::Allowed;
    Action::ALL.iter().copied().filter(is_allowed).collect()
}

/// Whether the caller may know that the request exists: a requester his own, those raised on his behalf and those that his was merged
/// into, everybody else all of the organisation. Whoever may not is answered [`NotFound`](crate::domain::Refusal::NotFound).
#[must_use]
pub fn may_see(request: &MaintenanceRequest, caller: &Caller) -> bool {
    let is_theirs = |user| user == request.requester.id || request.reporters().any(|reporter| reporter.id == user);
    sees_only(caller).is_none_or(is_theirs)
}

/// As [`may_see`], for a line of a list: there, one's own alone.
#[must_use]
pub fn may_see_summary(summary: &Summary, caller: &Caller) -> bool {
    sees_only(caller).is_none_or(|requester| requester == summary.requester.id)
}

/// The one requester whose requests a list may show this caller; none if it may show all of the organisation.
#[must_use]
pub const fn sees_only(caller: &Caller) -> Option<UserId> {
    match caller.role {
        Role::Requester => Some(caller.user.id),
        Role::Technician | Role::Manager | Role::Admin => None,
    }
}

/// Whether work may be given to somebody of this role.
#[must_use]
pub const fn does_maintenance(role: Role) -> bool {
    match role {
        Role::Requester => false,
        Role::Technician | Role::Manager | Role::Admin => true,
    }
}

/// Whether the role reads and writes internal comments.
#[must_use]
pub const fn sees_internal(role: Role) -> bool {
    match role {
        Role::Requester => false,
        Role::Technician | Role::Manager | Role::Admin => true,
    }
}

/// The last event that the caller may know of: whatever they are shown is as of that.
#[must_use]
pub fn last_event(request: &MaintenanceRequest, caller: &Caller) -> Moment {
    request.last_event(sees_internal(caller.role))
}

/// Whether the role may read something of this visibility.
#[must_use]
pub const fn may_read(role: Role, visibility: Visibility) -> bool {
    match visibility {
        Visibility::Public => true,
        Visibility::Internal => sees_internal(role),
    }
}

/// Whether the caller may comment: whoever sees the request, in any state; internally only who reads internal comments.
#[must_use]
pub fn may_comment(request: &MaintenanceRequest, caller: &Caller, visibility: Visibility) -> bool {
    may_see(request, caller) && may_read(caller.role, visibility)
}

/// What is said about editing: the requester while submitted, a manager or admin until it is final.
#[must_use]
pub fn edit_verdict(request: &MaintenanceRequest, caller: &Caller) -> Verdict {
    let relation = Relation::of(request, caller);
    if relation.manages {
        if request.status.is_final() { Verdict::NotNow } else { Verdict::Allowed }
    } else if relation.is_requester {
        if matches!(request.status, Status::Submitted) { Verdict::Allowed } else { Verdict::NotNow }
    } else {
        Verdict::Never
    }
}

/// What is said about an edit of nothing but how long the asset stood still: as [`edit_verdict`], and whoever does maintenance until the
/// request is final, since they know when it ran again.
#[must_use]
pub fn downtime_verdict(request: &MaintenanceRequest, caller: &Caller) -> Verdict {
    if !does_maintenance(caller.role) {
        edit_verdict(request, caller)
    } else if request.status.is_final() {
        Verdict::NotNow
    } else {
        Verdict::Allowed
    }
}

/// Whether the caller may edit the request now.
#[must_use]
pub fn may_edit(request: &MaintenanceRequest, caller: &Caller) -> bool {
    edit_verdict(request, caller) == Verdict::Allowed
}

/// Whether the caller may report a fault on behalf of `requester`: for himself anybody, for another a manager or admin.
#[must_use]
pub fn may_create_for(caller: &Caller, requester: UserId) -> bool {
    caller.user.id == requester || caller.role.manages()
}

fn is_within_reopen_window(request: &MaintenanceRequest, now: Timestamp, rules: &RequestRules) -> bool {
    request.closed_at.is_some_and(|closed_at| now.ms_since(closed_at) <= rules.reopen_window_ms())
}

#[cfg(test)]
mod tests;
