//! The state table of docs/requests.md once more, as rows, against every combination of state, action, role and relation.

use super::*;
use crate::domain::{
    Refusal,
    request::{decide, fixtures::*, rules::DAY_MS},
};

/// The column "who" of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Manages,
    Claims,
    Assignee,
    Requester,
}

use Action as A;
use Column::{Assignee, Claims, Manages, Requester};
use Status as S;

const TABLE: &[(Action, &[Status], &[Column])] = &[
    (A::Approve, &[S::Submitted], &[Manages]),
    (A::Reject, &[S::Submitted], &[Manages]),
    (A::Assign, &[S::Approved, S::Assigned, S::InProgress, S::OnHold], &[Manages, Claims]),
    (A::Release, &[S::Assigned], &[Assignee, Manages]),
    (A::Release, &[S::InProgress, S::OnHold], &[Manages]),
    (A::Start, &[S::Assigned], &[Assignee, Manages]),
    (A::Hold, &[S::InProgress], &[Assignee, Manages]),
    (A::Resume, &[S::OnHold], &[Assignee, Manages]),
    (A::Complete, &[S::InProgress], &[Assignee, Manages]),
    (A::Close, &[S::Completed], &[Requester, Manages]),
    (A::Reopen, &[S::Completed, S::Closed], &[Requester, Manages]),
    (A::Cancel, &[S::Submitted], &[Requester, Manages]),
    (A::Cancel, &[S::Approved, S::Assigned], &[Manages]),
];

/// One caller's place in the table.
#[derive(Debug, Clone, Copy)]
struct Place {
    role: Role,
    is_requester: bool,
    is_assignee: bool,
}

impl Place {
    fn all() -> impl Iterator<Item = Self> {
        Role::ALL.iter().flat_map(|&role| {
            [(false, false), (false, true), (true, false), (true, true)].map(|(is_requester, is_assignee)| Self {
                role,
                is_requester,
                is_assignee,
            })
        })
    }

    fn is(self, who: Column) -> bool {
        match who {
            Manages => matches!(self.role, Role::Manager | Role::Admin),
            Claims => self.role == Role::Technician,
            Assignee => self.is_assignee && self.role != Role::Requester,
            Requester => self.is_requester,
        }
    }

    fn sees(self) -> bool {
        self.role != Role::Requester || self.is_requester
    }

    /// A request in `status` and a caller who is this to it.
    fn scene(self, status: Status) -> (MaintenanceRequest, Caller) {
        let mut request = Story::in_status(status).request;
        let caller = caller(9, "Nia", self.role);
        if self.is_requester {
            request.requester = caller.user.clone();
        }
        if self.is_assignee {
            request.assignee = Some(caller.user.clone());
        }
        (request, caller)
    }
}

/// What the rows say.
fn expected(status: Status, action: Action, place: Place) -> Verdict {
    let rows = || TABLE.iter().filter(|row| row.0 == action);
    let claims_what_he_has = |who| who == Claims && place.is_assignee;
    let row_allows = |row: &(Action, &[Status], &[Column])| {
        row.1.contains(&status) && row.2.iter().any(|&who| place.is(who) && !claims_what_he_has(who))
    };
    if rows().any(row_allows) {
        Verdict::Allowed
    } else if rows().any(|row| row.2.iter().any(|&who| place.is(who))) {
        Verdict::NotNow
    } else {
        Verdict::Never
    }
}

#[test]
fn every_state_action_role_and_relation_is_decided_as_the_table_says() {
    let now = at(60);
    for &status in Status::ALL {
        for place in Place::all() {
            let (request, caller) = place.scene(status);
            let allowed = allowed_actions(&request, &caller, now, &RULES);
            for &action in Action::ALL {
                let case = format!("{action} while {status} by {place:?}");
                let outcome = decide(&request, &valid_command(action, &caller), &caller, now, &RULES);
                if !place.sees() {
                    assert_eq!((outcome, &allowed[..]), (Err(Refusal::NotFound), &[][..]), "{case}");
                    continue;
                }
                let expected = expected(status, action, place);
                assert_eq!(verdict(&request, &caller, action, now, &RULES), expected, "{case}");
                assert_eq!(allowed.contains(&action), expected == Verdict::Allowed, "{case}");
                match expected {
                    Verdict::Allowed => assert!(outcome.is_ok(), "{case}: {outcome:?}"),
                    Verdict::NotNow => {
                        let words = allowed.iter().map(|action| action.word()).collect();
                        let refusal =
                            Refusal::InvalidTransition { status: status.word(), allowed: words, record: None };
                        assert_eq!(outcome, Err(refusal), "{case}");
                    }
                    Verdict::Never => {
                        assert_eq!(outcome, Err(Refusal::Forbidden { action: Some(action.word()) }), "{case}");
                    }
                }
            }
        }
    }
}

#[test]
fn every_action_is_in_the_table_and_somebody_may_take_it() {
    for &action in Action::ALL {
        assert!(TABLE.iter().any(|row| row.0 == action), "{action}");
        let somebody = |status| {
            Place::all().any(|place| {
                let (request, caller) = place.scene(status);
                allowed_actions(&request, &caller, at(60), &RULES).contains(&action)
            })
        };
        assert!(Status::ALL.iter().any(|&status| somebody(status)), "{action}");
    }
}

#[test]
fn the_reopen_window_ends_for_managers_too() {
    let request = Story::in_status(Status::Closed).request;
    let end = request.closed_at.unwrap().plus_ms(30 * DAY_MS);
    for caller in [requester(), manager(), admin()] {
        assert_eq!(allowed_actions(&request, &caller, end, &RULES), [Action::Reopen]);
        assert_eq!(allowed_actions(&request, &caller, end.plus_ms(1), &RULES), []);
    }
}

#[test]
fn a_technician_who_became_a_requester_does_no_more_work() {
    let request = Story::in_status(Status::Assigned).request;
    let demoted = Caller { role: Role::Requester, ..technician() };
    assert!(!may_see(&request, &demoted));
    assert_eq!(allowed_actions(&request, &demoted, at(60), &RULES), []);
    assert_eq!(decide(&request, &bare(Action::Start), &demoted, at(60), &RULES), Err(Refusal::NotFound));
}

#[test]
fn a_requester_sees_his_own_and_everybody_else_sees_all() {
    let request = Story::begin().request;
    let summary = Summary::from(&request);
    let sees = [
        (requester(), true),
        (stranger(), false),
        (technician(), true),
        (other_technician(), true),
        (manager(), true),
        (admin(), true),
    ];
    for (caller, expected) in sees {
        assert_eq!(may_see(&request, &caller), expected, "{caller:?}");
        assert_eq!(may_see_summary(&summary, &caller), expected, "{caller:?}");
        assert_eq!(sees_only(&caller).is_some(), caller.role == Role::Requester, "{caller:?}");
    }
}

#[test]
fn internal_is_for_everybody_but_requesters() {
    for &role in Role::ALL {
        assert!(may_read(role, Visibility::Public));
        assert_eq!(may_read(role, Visibility::Internal), role != Role::Requester);
        assert_eq!(sees_internal(role), role != Role::Requester);
    }
}

#[test]
fn what_the_settings_take_away_is_never_and_managers_keep_what_they_have() {
    let says = |status, caller: &Caller, action, rules: &RequestRules| {
        let request = Story::in_status(status).request;
        let verdict = verdict(&request, caller, action, at(60), rules);
        let is_offered = allowed_actions(&request, caller, at(60), rules).contains(&action);
        assert_eq!(is_offered, verdict == Verdict::Allowed);
        verdict
    };
    let by_admins = RequestRules { approvers: Approvers::Admins, ..RULES };
    for action in [Action::Approve, Action::Reject] {
        assert_eq!(says(Status::Submitted, &manager(), action, &by_admins), Verdict::Never);
        assert_eq!(says(Status::Submitted, &admin(), action, &by_admins), Verdict::Allowed);
        assert_eq!(says(Status::Submitted, &manager(), action, &RULES), Verdict::Allowed);
    }
    let technician = other_technician();
    let given = RequestRules { technicians_claim: false, technicians_take_over: false, ..RULES };
    for status in [Status::Approved, Status::Assigned, Status::InProgress, Status::OnHold] {
        assert_eq!(says(status, &technician, Action::Assign, &RULES), Verdict::Allowed);
        assert_eq!(says(status, &technician, Action::Assign, &given), Verdict::Never);
        assert_eq!(says(status, &manager(), Action::Assign, &given), Verdict::Allowed);
    }
    let claim = RequestRules { technicians_take_over: false, ..RULES };
    assert_eq!(says(Status::Approved, &technician, Action::Assign, &claim), Verdict::Allowed);
    assert_eq!(says(Status::Assigned, &technician, Action::Assign, &claim), Verdict::NotNow);
    let take_over = RequestRules { technicians_claim: false, ..RULES };
    assert_eq!(says(Status::Approved, &technician, Action::Assign, &take_over), Verdict::NotNow);
    assert_eq!(says(Status::Assigned, &technician, Action::Assign, &take_over), Verdict::Allowed);
    let told = |role, rules: &RequestRules| withheld(role, rules);
    assert_eq!(told(Role::Technician, &given), [Withheld::Claim, Withheld::TakeOver]);
    assert_eq!(told(Role::Manager, &by_admins), [Withheld::Approve]);
    for (role, rules) in [(Role::Admin, &by_admins), (Role::Requester, &given), (Role::Manager, &given)] {
        assert_eq!(told(role, rules), []);
    }
    // Whoever has work does it.
    assert_eq!(says(Status::Assigned, &super::super::fixtures::technician(), Action::Start, &given), Verdict::Allowed);
}
