//! Who hears of what, and who does not.

use super::*;
use crate::domain::organisation::Language;
use crate::domain::request::fixtures::{
    Story, admin, at, caller, link_to, manager, other_technician, requester, stranger, technician,
};
use crate::domain::request::{Changes, LinkKind, Report};
use crate::domain::user::{AccountNews, Actor};
use crate::domain::{Caller, Status};

fn staff() -> Vec<Colleague> {
    let colleague = |caller: Caller| Colleague { id: caller.user.id, name: caller.user.name, role: caller.role };
    [technician(), other_technician(), manager(), admin()].map(colleague).to_vec()
}

fn event(body: EventBody, by: &Caller) -> Event {
    Event { seq: 7, ts: at(7), body, actor: Actor::from(by) }
}

fn parties<'a>(assignee: Option<&Caller>, staff: &'a [Colleague], watchers: &'a [UserId]) -> Parties<'a> {
    let assignee = assignee.map(|caller| caller.user.id);
    Parties { requester: requester().user.id, reporters: &[], assignee, staff, watchers }
}

/// Who is told of what `by` did, while `assignee` has the work.
fn heard(body: EventBody, by: &Caller, assignee: Option<&Caller>) -> Vec<(String, Reason)> {
    let people = [requester(), technician(), other_technician(), manager(), admin()];
    let told = told(&event(body, by), &parties(assignee, &staff(), &[]));
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
    let staff: Vec<_> = (1_000..1_150).map(|number| colleague(number, Role::Admin)).collect();
    let staff = [staff, (2_000..2_150).map(|number| colleague(number, Role::Manager)).collect()].concat();
    let told = told(&event(created(), &requester()), &parties(None, &staff, &[]));
    assert_eq!((told.len(), MOST_APPROVERS), (200, 200));
    assert_eq!((told[0].0, told[150].0), (staff[150].id, staff[0].id));
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
    let told = told(&event, &Parties { requester: manager().user.id, ..parties(None, &staff, &[]) });
    assert_eq!(told, [(admin().user.id, Reason::Mentioned)]);
}

#[test]
fn the_system_is_nobody_and_nobody_hears_of_their_own_deeds() {
    let closed = |actor| Event { seq: 9, ts: at(9), body: EventBody::Closed { rating: None }, actor };
    let (rina, tono) = (requester().user.id, technician().user.id);
    let all = [(tono, Reason::Assignee), (rina, Reason::Requester)];
    let by = |actor, requester| told(&closed(actor), &Parties { requester, ..parties(Some(&technician()), &[], &[]) });
    assert_eq!(by(Actor::System, rina), all);
    assert_eq!(by(Actor::from(&requester()), rina), all[..1]);
    // Whose request it is may have the work too.
    assert_eq!(by(Actor::System, tono), all[..1]);
}

#[test]
fn who_watches_is_told_of_everything_as_long_as_they_may_see_it() {
    let staff = staff();
    let watchers = [other_technician().user.id, stranger().user.id, technician().user.id];
    let told_of = |body: EventBody| told(&event(body, &manager()), &parties(Some(&technician()), &staff, &watchers));
    let (tono, tia) = (technician().user.id, other_technician().user.id);
    // Internal comments, too; once for who has the work; and nothing to who is none of the staff.
    let internal = [(tono, Reason::Assignee), (tia, Reason::Watcher)];
    assert_eq!(told_of(comment("Between us", Visibility::Internal)), internal);
    assert!(told_of(EventBody::Approved {}).contains(&(tia, Reason::Watcher)));
    // What nobody is told of is told to nobody.
    assert_eq!(told_of(EventBody::Edited { changes: Changes::default(), target_ms: None }), []);
    assert!(needs_staff(&EventBody::Approved {}, true) && !needs_staff(&EventBody::Approved {}, false));
    let gone: Vec<_> = staff.iter().filter(|one| one.id != tia).cloned().collect();
    let told = told(&event(EventBody::Approved {}, &manager()), &parties(None, &gone, &watchers));
    assert!(!told.iter().any(|(id, _)| *id == tia), "{told:?}");
}

#[test]
fn that_work_is_due_is_told_to_who_has_it_and_that_it_is_late_to_managers_too() {
    let (staff, watchers) = (staff(), [other_technician().user.id]);
    let of = |due, assignee: Option<&Caller>| told_of_due(due, &parties(assignee, &staff, &watchers));
    let (tono, maya, adi) = (technician().user.id, manager().user.id, admin().user.id);
    let managers = [(maya, Reason::Approver), (adi, Reason::Approver)];
    assert_eq!(of(Due::Soon, Some(&technician())), [(tono, Reason::Assignee)]);
    assert_eq!(of(Due::Soon, None), managers);
    let watching = (other_technician().user.id, Reason::Watcher);
    assert_eq!(of(Due::Over, Some(&technician())), [(tono, Reason::Assignee), managers[0], managers[1], watching]);
    // A manager who has the work hears it once.
    assert_eq!(of(Due::Over, Some(&manager())), [(maya, Reason::Assignee), managers[1], watching]);
    let request = Story::in_status(Status::InProgress).request;
    let notice = |due, now| Notice::of_due(due, &request, Reason::Assignee, now).unwrap();
    assert_eq!(notice(Due::Soon, at(1)).id, notice(Due::Soon, at(2)).id, "of a due time once");
    assert_ne!(notice(Due::Soon, at(1)).id, notice(Due::Over, at(1)).id);
    assert!(notice(Due::Over, at(1)).urgent && !notice(Due::Soon, at(1)).urgent);
}

#[test]
fn what_was_said_is_told_in_its_beginning() {
    let long = "é".repeat(1_000);
    let words = notice::words_of(&comment(&long, Visibility::Public)).unwrap();
    assert_eq!(words.chars().count(), 280);
}

const fn choice(kind: NoticeKind) -> Choice {
    Choice { kind, app: None, mail: None, push: None }
}

#[test]
fn what_nobody_has_chosen_is_mailed_where_it_asks_for_something_or_ends_something() {
    let nobody_chose = Choices::default();
    let is_mailed = |choices: &Choices, kind: &str| choices.is_told(kind, Channel::Mail);
    assert!(is_mailed(&nobody_chose, "assigned") && !is_mailed(&nobody_chose, "started"));
    assert!(!is_mailed(&nobody_chose, "of_a_newer_release"));
    assert!(nobody_chose.is_told("of_a_newer_release", Channel::App));
    let started = Choice { mail: Some(true), ..choice(NoticeKind::Started) };
    let chosen = nobody_chose.with(&[started]);
    assert!(is_mailed(&chosen, "started") && is_mailed(&chosen, "assigned"));
    let kept = Choices { mail: serde_json::from_str(r#"{"started":true}"#).unwrap(), others: Others::default() };
    assert_eq!(kept, chosen, "as a release of before stored it");
    assert_eq!(kept.all().len(), NoticeKind::ALL.len());
    let others: Others = serde_json::from_str("{}").unwrap();
    assert_eq!(others, Others::default());
}

#[test]
fn each_way_is_chosen_for_itself_and_one_link_ends_all_mails_but_those_of_safety() {
    let silent = Choice { app: Some(false), push: Some(true), ..choice(NoticeKind::Commented) };
    let chosen = Choices::default().with(&[silent]);
    let told = |kind: &str| Channel::ALL.iter().map(|&channel| chosen.is_told(kind, channel)).collect::<Vec<_>>();
    assert_eq!((told("commented"), told("assigned")), (vec![false, true, true], vec![true, true, true]));
    let ended = chosen.without_mails();
    for kind in NoticeKind::ALL {
        assert_eq!(ended.is_told(kind.as_str(), Channel::Mail), kind.is_of_security(), "{kind}");
    }
}

#[test]
fn what_concerns_the_safety_of_an_account_cannot_be_silenced() {
    for kind in [NoticeKind::PasswordChanged, NoticeKind::NewDevice, NoticeKind::SecurityChanged] {
        for off in [Choice { app: Some(false), ..choice(kind) }, Choice { mail: Some(false), ..choice(kind) }] {
            assert!(matches!(off.check(), Err(base::refusal::Refusal::Invalid { code, .. }) if code == "always_told"));
            let chosen = Choices::default().with(&[off]);
            assert!(chosen.is_told(kind.as_str(), Channel::App) && chosen.is_told(kind.as_str(), Channel::Mail));
        }
        assert!(Choice { push: Some(false), ..choice(kind) }.check().is_ok());
        assert!(Choice { mail: Some(true), ..choice(kind) }.check().is_ok(), "what is so may be said");
    }
    assert!(Choice { app: Some(false), ..choice(NoticeKind::RoleChanged) }.check().is_err());
    assert!(Choice { mail: Some(false), ..choice(NoticeKind::RoleChanged) }.check().is_ok());
    let role = Choices::default().all().into_iter().find(|one| one.kind == NoticeKind::RoleChanged).unwrap();
    assert_eq!(role.fixed, [Channel::App]);
}

#[test]
fn each_kind_of_event_that_is_told_is_a_kind_that_one_can_choose() {
    let kinds = ["created", "approved", "rejected", "assigned", "released", "started", "held", "resumed", "completed"];
    for kind in kinds.into_iter().chain(["closed", "reopened", "cancelled", "linked", "unlinked", "commented"]) {
        assert!(kind.parse::<NoticeKind>().is_ok_and(|kind| !kind.is_of_account()), "{kind}");
    }
    let of_requests = NoticeKind::ALL.iter().filter(|kind| !kind.is_of_account()).count();
    assert_eq!((of_requests, NoticeKind::ALL.len()), (17, 23));
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

#[test]
fn what_happens_to_an_account_and_to_a_due_time_is_said_in_both_languages() {
    let owner = technician().user;
    let news = AccountNews { role: Some(Role::Manager), ..AccountNews::of("role_changed", Actor::from(&admin())) };
    let role = Notice::of_news(&news, owner.id, "5", at(1)).unwrap();
    assert_eq!(sentences::what(&role, Language::En), "Your role was changed: manager.");
    assert_eq!(sentences::what(&role, Language::Id), "Peran Anda diubah: manajer.");
    assert_eq!(role.id, Notice::of_news(&news, owner.id, "5", at(9)).unwrap().id, "of a change once");
    assert!(Notice::of_news(&AccountNews::of("of_a_newer_release", Actor::System), owner.id, "5", at(1)).is_none());
    assert!(Notice::of_news(&AccountNews::of("assigned", Actor::System), owner.id, "5", at(1)).is_none());
    let device = Notice::of_device("Firefox, Linux", &"a".repeat(64), &owner, at(1)).unwrap();
    assert!(sentences::what(&device, Language::Id).ends_with("belum pernah dipakai: Firefox, Linux."));
    assert!(sentences::advice(&device, Language::En).is_some() && sentences::advice(&role, Language::En).is_none());
    let request = Story::in_status(Status::InProgress).request;
    let over = Notice::of_due(Due::Over, &request, Reason::Approver, at(1)).unwrap();
    let when = Timestamp::parse_rfc3339("2026-11-29T23:30:00Z").unwrap();
    let due = sentences::due(&over, when, 7 * 3_600_000, Language::Id);
    assert_eq!(due, "Tenggatnya 2026-11-30 pukul 06:30.");
    assert_eq!(sentences::what(&over, Language::En), "The work is overdue.");
}

#[test]
fn each_change_of_how_one_signs_in_is_said_in_both_languages_and_one_of_a_newer_release_in_general() {
    let owner = technician().user.id;
    let told = |change: &str| {
        let news = AccountNews {
            change: Some(change.into()),
            item: Some("Work phone".into()),
            ..AccountNews::of("security_changed", Actor::from(&admin()))
        };
        Notice::of_news(&news, owner, change, at(1)).unwrap()
    };
    let general = told("of_a_newer_release");
    for &language in Language::ALL {
        let mut said = vec![sentences::what(&general, language)];
        for change in SecurityChange::ALL {
            let notice = told(change.as_str());
            said.push(sentences::what(&notice, language));
            assert!(sentences::advice(&notice, language).is_some(), "{change}");
        }
        let count = said.len();
        said.sort_unstable();
        said.dedup();
        assert_eq!(said.len(), count, "each says something else: {said:?}");
    }
    assert_eq!(
        sentences::what(&told("passkey_added"), Language::En),
        "A passkey was added to your account: Work phone."
    );
    assert!(sentences::what(&told("factors_taken"), Language::Id).starts_with("Adi telah menghapus"));
    assert!(told("key_made").is_of_a_key() && !told("passkey_added").is_of_a_key());
}

#[test]
fn an_api_key_that_ends_soon_is_told_with_its_end() {
    let ends_at = Timestamp::parse_rfc3339("2026-12-13T23:30:00Z").unwrap();
    let news = AccountNews {
        item: Some("Sensor".into()),
        ends_at: Some(ends_at),
        ..AccountNews::of("key_expires", Actor::System)
    };
    let notice = Notice::of_news(&news, manager().user.id, "0123-14-1", at(1)).unwrap();
    assert!(sentences::what(&notice, Language::En).starts_with("Your API key Sensor ends soon"));
    assert_eq!(sentences::due(&notice, ends_at, 7 * 3_600_000, Language::En), "It ends on 2026-12-14 at 06:30.");
    assert!(
        notice.is_of_a_key() && notice.due_at == Some(ends_at) && sentences::advice(&notice, Language::En).is_none()
    );
    // It is no matter of safety: one may want to hear nothing of it.
    assert!(Choice { mail: Some(false), app: Some(false), ..choice(NoticeKind::KeyExpires) }.check().is_ok());
}

#[test]
fn a_notice_that_a_release_of_before_kept_is_read() {
    let old = r#"{"id":"a-0-7","ts":"2026-11-28T10:00:00.000Z","kind":"approved","reason":"requester","actor":{"id":null,"name":"system"},
        "request":{"id":"7d7c9c3a-53ea-5b0e-9d9a-64a8f1f0a001","number":"MR-000001","title":"A tap"},"seq":7}"#;
    let notice: Notice = serde_json::from_str(old).unwrap();
    assert_eq!((notice.seq, notice.urgent, notice.due_at), (Some(7), false, None));
    assert_eq!(notice.request.unwrap().title, "A tap");
}

fn linked(kind: LinkKind) -> EventBody {
    EventBody::Linked { link: link_to(kind, 7), visibility: Visibility::Public, theirs: false }
}

#[test]
fn of_a_merge_both_ends_hear_and_of_other_links_nobody() {
    let expected = [("Tono".into(), Reason::Assignee), ("Rina".into(), Reason::Requester)];
    for kind in [LinkKind::DuplicateOf, LinkKind::HasDuplicate] {
        assert_eq!(heard(linked(kind), &manager(), Some(&technician())), expected);
        let undone = EventBody::Unlinked { link: link_to(kind, 7), visibility: Visibility::Public, theirs: false };
        assert_eq!(heard(undone, &manager(), Some(&technician())), expected);
    }
    for kind in [LinkKind::Relates, LinkKind::BlockedBy, LinkKind::SplitInto] {
        assert!(!is_told(&linked(kind)));
        let watcher = [other_technician().user.id];
        assert_eq!(told(&event(linked(kind), &manager()), &parties(Some(&technician()), &staff(), &watcher)), []);
    }
}

#[test]
fn whoever_reported_the_same_hears_what_the_requester_hears() {
    let reporters = [stranger().user.id];
    let heard = |body| {
        let event = event(body, &manager());
        let told = told(&event, &Parties { reporters: &reporters, ..parties(None, &[], &[]) });
        told.contains(&(stranger().user.id, Reason::Reporter))
    };
    assert!(heard(EventBody::Approved {}) && heard(EventBody::Started {}));
    assert!(heard(EventBody::Completed { resolution: "Mended".into(), auto_close_ms: None }));
    assert!(heard(comment("It comes on Monday", Visibility::Public)));
    assert!(!heard(comment("Too dear", Visibility::Internal)));
    // Of the merge they hear by their own request.
    assert!(!heard(linked(LinkKind::HasDuplicate)));
}

#[test]
fn a_merge_is_told_with_the_number_of_the_other() {
    let request = Story::begin().request;
    let notice = Notice::of(&event(linked(LinkKind::DuplicateOf), &manager()), &request, Reason::Requester);
    assert_eq!(sentences::what(&notice, Language::En), "Maya merged the request with another (MR-000007).");
    assert_eq!(
        sentences::what(&notice, Language::Id),
        "Maya menggabungkan permintaan ini dengan permintaan lain (MR-000007)."
    );
}
