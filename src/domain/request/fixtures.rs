//! The people and requests of the tests. A request in some state is brought there by its commands, never made up.

use uuid::Uuid;

use super::{
    ActionInput, Command, EditInput, Event, EventBody, Link, LinkKind, MaintenanceRequest, NewRequest, Priority,
    RequestRules, Status, Step, Visibility, create, decide,
};
use crate::domain::request::{Category, CommentBody, Description, Title};
use crate::domain::{Actor, Caller, OrgId, Person, Refusal, RequestId, Role, Timestamp, TraceId, UserId};

pub(crate) const RULES: RequestRules = RequestRules {
    reopen_days: 30,
    auto_close_days: 7,
    target_hours: super::rules::TargetHours { low: 168, normal: 72, high: 24, urgent: 4 },
    due_soon_hours: 4,
    approvers: super::rules::Approvers::Managers,
    technicians_claim: true,
    technicians_take_over: true,
    files: crate::domain::file::FileLimits::DEFAULT,
};

/// 2026-11-24T05:46:02.123Z and `minutes` minutes.
pub(crate) fn at(minutes: i64) -> Timestamp {
    Timestamp::from_ms(1_795_499_162_123).plus_ms(minutes * 60_000)
}

pub(crate) fn caller(number: u128, name: &str, role: Role) -> Caller {
    Caller { user: Person { id: UserId(Uuid::from_u128(number)), name: name.into() }, role, via: None }
}

/// Whose request the fixtures' requests are.
pub(crate) fn requester() -> Caller {
    caller(1, "Rina", Role::Requester)
}

/// Who the fixtures' requests are assigned to.
pub(crate) fn technician() -> Caller {
    caller(2, "Tono", Role::Technician)
}

pub(crate) fn other_technician() -> Caller {
    caller(3, "Tia", Role::Technician)
}

pub(crate) fn manager() -> Caller {
    caller(4, "Maya", Role::Manager)
}

pub(crate) fn admin() -> Caller {
    caller(5, "Adi", Role::Admin)
}

/// A requester who has nothing to do with the fixtures' requests.
pub(crate) fn stranger() -> Caller {
    caller(6, "Sari", Role::Requester)
}

pub(crate) fn org() -> OrgId {
    "default".parse().unwrap()
}

pub(crate) fn request_id() -> RequestId {
    "7d7c9c3a-53ea-5b0e-9d9a-64a8f1f0a001".parse().unwrap()
}

pub(crate) fn trace() -> TraceId {
    "0193c0de-0000-7000-8000-000000000001".parse().unwrap()
}

pub(crate) fn new_request() -> NewRequest {
    NewRequest {
        title: Title::parse("Lift B stops between floors").unwrap(),
        description: Description::parse("Twice since Monday.\nThe alarm works.").unwrap(),
        category: Category::parse("Lift").unwrap(),
        priority: Priority::High,
        contact: None,
        hazard: false,
        location: None,
        asset: None,
        down_since: None,
        down_until: None,
        requester: None,
    }
}

/// The command for an action with inputs that are valid for anybody who may take it.
pub(crate) fn valid_command(action: super::Action, caller: &Caller) -> Command {
    use super::table::{Needs, needs};
    let mut input = ActionInput::default();
    match needs(action).unwrap() {
        Needs::Nothing(_) => {}
        Needs::Reason(_) => input.reason = Some("Because.".into()),
        Needs::Resolution(_) => input.resolution = Some("Replaced the door sensor.".into()),
        Needs::Rating(_) => input.rating = Some(5),
        Needs::Assignee if caller.role.manages() => input.assignee = Some(other_technician().user),
        Needs::Assignee => {
            input.assignee = Some(caller.user.clone());
            input.take_over = Some(true);
        }
    }
    Command::Step(Step::new(action, input).unwrap())
}

/// The command for an action that needs nothing.
pub(crate) fn bare(action: super::Action) -> Command {
    Command::Step(Step::new(action, ActionInput::default()).unwrap())
}

pub(crate) fn assign_to(technician: &Caller) -> Command {
    assign(technician, None)
}

/// A claim of what somebody else has, on purpose.
pub(crate) fn take_over(technician: &Caller) -> Command {
    assign(technician, Some(true))
}

fn assign(technician: &Caller, take_over: Option<bool>) -> Command {
    let input = ActionInput { assignee: Some(technician.user.clone()), take_over, ..ActionInput::default() };
    Command::Step(Step::new(super::Action::Assign, input).unwrap())
}

pub(crate) fn comment(text: &str, visibility: Visibility) -> Command {
    Command::Comment { body: CommentBody::parse(text).unwrap(), visibility }
}

pub(crate) fn edit_title(title: &str) -> Command {
    Command::Edit(EditInput { title: Some(Title::parse(title).unwrap()), ..EditInput::default() })
}

/// What the fixtures' request is to another, of this number.
pub(crate) fn link_to(kind: LinkKind, other: u128) -> Link {
    Link {
        kind,
        other: RequestId(Uuid::from_u128(other)),
        number: Some(format!("MR-{other:06}")),
        title: Some("Lift B is stuck".into()),
        at: at(17),
        reporter: (kind == LinkKind::HasDuplicate).then(|| stranger().user),
        was: None,
        was_reason: None,
    }
}

pub(crate) fn link(kind: LinkKind, other: u128) -> Command {
    Command::Link { link: link_to(kind, other), theirs: false }
}

/// As the request at the other end says it.
pub(crate) fn link_of_theirs(kind: LinkKind, other: u128) -> Command {
    Command::Link { link: link_to(kind, other), theirs: true }
}

pub(crate) fn unlink(other: u128) -> Command {
    Command::Unlink { other: RequestId(Uuid::from_u128(other)), made_at: None }
}

/// A request together with the events that made it.
#[derive(Debug, Clone)]
pub(crate) struct Story {
    pub(crate) request: MaintenanceRequest,
    pub(crate) events: Vec<Event>,
}

impl Story {
    /// The request that [`requester`] reports at `at(0)`.
    pub(crate) fn begin() -> Self {
        let body = create(&new_request(), &requester(), at(0), &RULES).unwrap();
        let event = MaintenanceRequest::first_event(body, Actor::from(&requester()), at(0));
        Self { request: MaintenanceRequest::begin(request_id(), 1, &event).unwrap(), events: vec![event] }
    }

    /// A request that came to `status` on the usual way, one step a minute from `at(0)`.
    pub(crate) fn in_status(status: Status) -> Self {
        use super::Action;
        let mut story = Self::begin();
        let path: &[Action] = match status {
            Status::Submitted => &[],
            Status::Approved => &[Action::Approve],
            Status::Rejected => &[Action::Reject],
            Status::Assigned => &[Action::Approve, Action::Assign],
            Status::InProgress => &[Action::Approve, Action::Assign, Action::Start],
            Status::OnHold => &[Action::Approve, Action::Assign, Action::Start, Action::Hold],
            Status::Completed => &[Action::Approve, Action::Assign, Action::Start, Action::Complete],
            Status::Closed => &[Action::Approve, Action::Assign, Action::Start, Action::Complete, Action::Close],
            Status::Cancelled => &[Action::Cancel],
        };
        for (minute, &action) in (1..).zip(path) {
            let command = match action {
                Action::Assign => assign_to(&technician()),
                _ => valid_command(action, &manager()),
            };
            story.tell(&manager(), &command, at(minute)).unwrap();
        }
        assert_eq!(story.request.status, status);
        story
    }

    /// Decides and, if there is an event, applies it.
    pub(crate) fn tell(&mut self, caller: &Caller, command: &Command, now: Timestamp) -> Result<(), Refusal> {
        let body = decide(&self.request, command, caller, now, &RULES)?;
        self.happen(body, Actor::from(caller), now);
        Ok(())
    }

    pub(crate) fn happen(&mut self, body: EventBody, actor: Actor, now: Timestamp) {
        let event = self.request.next_event(body, actor, now);
        super::apply(&mut self.request, &event);
        self.events.push(event);
    }
}
