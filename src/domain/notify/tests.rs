//! Who hears of what, and who does not.

use super::*;
use crate::domain::organisation::Language;
use crate::domain::request::Report;
use crate::domain::request::fixtures::{Story, admin, at, caller, manager, other_technician, requester, technician};
use crate::domain::user::Actor;
use crate::domain::{Caller, Status};

fn staff() -> Vec<Colleague> {
    let colleague = |caller: Caller| Colleague { id: caller.user.id, name: caller.user.name, role: caller.role };
    [technician(), other_technician(), manager(), admin()].map(colleague).to_vec()
}

fn event(body: EventBody, by: &Caller) -> Event {
    Event { seq: 7, ts: at(7), body, actor: Actor::from(by) }
}

/// Who is told of what `by` did, while `assignee` has the work.
fn heard(body: EventBody, by: &Caller, assignee: Option<&Caller>) -> Vec<(String, Reason)> {
    let people = [requester(), technician(), other_technician(), manager(), admin()];
    let told = told(&event(body, by), requester().user.id, assignee.map(|caller| caller.user.id), &staff());
    let name =
        |id| people.iter().find(|caller| caller.user.id == id).map_or_else(String::new, |one| one.user.name.clone());
    told.into_iter().map(|(id, reason)| (name(id), reason)).collect()
}

fn comment(body: &str, visibility: Visibility) -> EventBody {
    EventBody::Commented { body: body.into(), visibility }
}

fn created() -> EventBody {
    let report: Report = serde_json::from_value(serde_json::json!({
        "title": "The lift stands", "description": "", "category": "lift", "priority": "high",
    }))
    .unwrap();
    EventBody::Created { report, requester: requester().user, target_ms: 1 }
}

#[test]
fn a_report_is_told_to_those_who_approve() {
    let approvers = [("Maya".into(), Reason::Approver), ("Adi".into(), Reason::Approver)];
    assert_eq!(heard(created(), &requester(), None), approvers);
    // Reported for somebody else, it is told to them as well.
    let both = [("Rina".into(), Reason::Requester), ("Adi".into(), Reason::Approver)];
    assert_eq!(heard(created(), &manager(), None), both);
}

#[test]
fn of_very_many_who_approve_the_managers_with_the_oldest_accounts_are_told() {
    let colleague = |number: u128, role| Colleague { id: caller(number, "", role).user.id, name: String::new(), role };
    let staff: Vec<_> = (100..130).map(|number| colleague(number, Role::Admin)).collect();
    let staff = [staff, (200..230).map(|number| colleague(number, Role::Manager)).collect()].concat();
    let told = told(&event(created(), &requester()), requester().user.id, None, &staff);
    assert_eq!(told.len(), MOST_APPROVERS);
    assert_eq!((told[0].0, told[30].0), (staff[30].id, staff[0].id));
}

#[test]
fn work_is_told_to_who_gets_it_and_who_had_it() {
    let (assignee, previous) = (other_technician().user, Some(technician().user));
    let expected =
        [("Tia".into(), Reason::Assignee), ("Tono".into(), Reason::FormerAssignee), ("Rina".into(), Reason::Requester)];
    assert_eq!(heard(EventBody::Assigned { assignee, previous }, &manager(), Some(&technician())), expected);
    let claimed = EventBody::Assigned { assignee: technician().user, previous: None };
    assert_eq!(heard(claimed, &technician(), None), [("Rina".into(), Reason::Requester)]);
    let released = EventBody::Released { reason: "Ill".into() };
    let expected = [("Tono".into(), Reason::FormerAssignee), ("Adi".into(), Reason::Approver)];
    assert_eq!(heard(released, &manager(), Some(&technician())), expected);
}

#[test]
fn an_internal_comment_is_told_to_staff_alone() {
    let internal = comment("The part is too dear for them", Visibility::Internal);
    assert_eq!(heard(internal, &manager(), Some(&technician())), [("Tono".into(), Reason::Assignee)]);
    // Not even who is named in it.
    let named = comment("@Rina must not know", Visibility::Internal);
    assert_eq!(heard(named, &manager(), None), []);
    let public = comment("The part is on its way", Visibility::Public);
    let expected = [("Tono".into(), Reason::Assignee), ("Rina".into(), Reason::Requester)];
    assert_eq!(heard(public, &manager(), Some(&technician())), expected);
}

#[test]
fn whoever_is_mentioned_hears_of_that_first_and_once() {
    let body = comment("@tono and @TIA, see @Tonova, me@maya.test; @Adi!", Visibility::Internal);
    let expected =
        [("Tono".into(), Reason::Mentioned), ("Tia".into(), Reason::Mentioned), ("Adi".into(), Reason::Mentioned)];
    assert_eq!(heard(body, &requester(), Some(&technician())), [&expected[..], &[]].concat());
    let oneself = comment("@Maya note to myself", Visibility::Internal);
    assert_eq!(heard(oneself, &manager(), None), []);
}

#[test]
fn the_longest_name_is_meant() {
    let mut staff = staff();
    staff.push(Colleague { id: admin().user.id, name: "Tono Wijaya".into(), role: Role::Technician });
    let event = event(comment("@Tono Wijaya please", Visibility::Public), &manager());
    let told = told(&event, manager().user.id, None, &staff);
    assert_eq!(told, [(admin().user.id, Reason::Mentioned)]);
}

#[test]
fn the_system_is_nobody_and_nobody_hears_of_their_own_deeds() {
    let closed = |actor| Event { seq: 9, ts: at(9), body: EventBody::Closed { rating: None }, actor };
    let (rina, tono) = (requester().user.id, technician().user.id);
    let all = [(tono, Reason::Assignee), (rina, Reason::Requester)];
    assert_eq!(told(&closed(Actor::System), rina, Some(tono), &[]), all);
    assert_eq!(told(&closed(Actor::from(&requester())), rina, Some(tono), &[]), all[..1]);
    // Whose request it is may have the work too.
    assert_eq!(told(&closed(Actor::System), tono, Some(tono), &[]), all[..1]);
}

#[test]
fn what_was_said_is_told_in_its_beginning() {
    let long = "é".repeat(1_000);
    let words = notice::words_of(&comment(&long, Visibility::Public)).unwrap();
    assert_eq!(words.chars().count(), 280);
}

#[test]
fn what_nobody_has_chosen_is_mailed_where_it_asks_for_something_or_ends_something() {
    let nobody_chose = Choices::default();
    assert!(nobody_chose.is_mailed("assigned") && !nobody_chose.is_mailed("started"));
    assert!(!nobody_chose.is_mailed("of_a_newer_release"));
    let chosen = nobody_chose.with(&[Choice { kind: NoticeKind::Started, mail: true }]);
    assert!(chosen.is_mailed("started") && chosen.is_mailed("assigned"));
    let kept: Choices = serde_json::from_str(&serde_json::to_string(&chosen).unwrap()).unwrap();
    assert_eq!(kept.all().len(), NoticeKind::ALL.len());
    assert!(kept.all().contains(&Choice { kind: NoticeKind::Started, mail: true }));
}

#[test]
fn each_kind_of_event_that_is_told_is_a_kind_that_one_can_choose() {
    let kinds = ["created", "approved", "rejected", "assigned", "released", "started", "held", "resumed", "completed"];
    for kind in kinds.into_iter().chain(["closed", "reopened", "cancelled", "commented"]) {
        assert!(kind.parse::<NoticeKind>().is_ok(), "{kind}");
    }
    assert_eq!(NoticeKind::ALL.len(), 13);
}

#[test]
fn a_mail_says_what_happened_and_why_in_the_readers_language() {
    let request = Story::in_status(Status::InProgress).request;
    let done = event(EventBody::Completed { resolution: "A new seal".into(), auto_close_ms: None }, &technician());
    let notice = Notice::of(&done, &request, Reason::Requester);
    let english = sentences::what(&notice, Language::En);
    assert_eq!(english, "Tono completed the work. Please have a look, then close or reopen the request.");
    let indonesian = sentences::what(&notice, Language::Id);
    assert_eq!(indonesian, "Tono menyelesaikan pekerjaan. Silakan periksa, lalu tutup atau buka kembali.");
    let closed = Event { actor: Actor::System, body: EventBody::Closed { rating: None }, ..done };
    let notice = Notice::of(&closed, &request, Reason::Assignee);
    assert_eq!(sentences::what(&notice, Language::En), "The request closed by itself.");
}
