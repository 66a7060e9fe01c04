//! Given a request and its files, when somebody wants something of one, then this happens, or that is why not.

use base::ids::UserId;
use uuid::Uuid;

use super::*;
use crate::domain::file::limits::MEGABYTE;
use crate::domain::file::{FileName, Size};
use crate::domain::request::fixtures::*;
use crate::domain::request::{Record, Status, Summary};
use crate::domain::{Actor, Person, Role};

fn id(number: u128) -> AttachmentId {
    AttachmentId(Uuid::from_u128(number))
}

fn declared(visibility: Visibility) -> Declared {
    let filename = FileName::parse("before.jpg.html").unwrap();
    Declared { filename, size: 1_000, visibility, mark: None, comment: None }
}

fn arrived(kind: FileKind) -> Arrived {
    Arrived::new(kind, Some(Size { width: 640, height: 480 }), "ab".repeat(32))
}

/// The story with one more file of somebody's.
fn with_file(mut story: Story, number: u128, by: &Caller, visibility: Visibility) -> Story {
    let body = attach(&story.request, id(number), declared(visibility), arrived(FileKind::Jpeg), by, at(30), &RULES);
    story.happen(body.unwrap(), Actor::from(by), at(30));
    story
}

fn code<T: std::fmt::Debug>(outcome: Result<T, Refusal>) -> String {
    outcome.unwrap_err().code().to_owned()
}

#[test]
fn a_file_is_what_was_said_of_it_and_what_was_found() {
    let story = with_file(Story::in_status(Status::Assigned), 1, &requester(), Visibility::Public);
    let [file] = story.request.attachments.as_slice() else { panic!("{:?}", story.request.attachments) };
    assert_eq!((file.filename.as_str(), file.content_type.as_str()), ("before.jpg.html.jpg", "image/jpeg"));
    assert_eq!((file.width, file.height, file.size, file.thumbnail), (Some(640), Some(480), 1_000, false));
    assert_eq!((&file.by, file.created_at), (&requester().user, at(30)));
    let again = MaintenanceRequest::replay(request_id(), 1, &story.events).unwrap();
    assert_eq!(again, story.request);
}

#[test]
fn who_sees_the_request_attaches_to_it_while_it_is_open() {
    let declare = |status, caller: &Caller, visibility| {
        declare(&Story::in_status(status).request, declared(visibility), None, caller, &RULES)
    };
    for caller in [requester(), technician(), other_technician(), manager(), admin()] {
        assert!(declare(Status::Submitted, &caller, Visibility::Public).is_ok(), "{caller:?}");
        assert!(declare(Status::Completed, &caller, Visibility::Public).is_ok(), "{caller:?}");
        for status in [Status::Closed, Status::Rejected, Status::Cancelled] {
            assert_eq!(code(declare(status, &caller, Visibility::Public)), "invalid_transition");
        }
        let internal = declare(Status::Submitted, &caller, Visibility::Internal);
        assert_eq!(internal.is_ok(), caller.role != Role::Requester, "{caller:?}");
    }
    assert_eq!(code(declare(Status::Submitted, &stranger(), Visibility::Public)), "forbidden");
}

#[test]
fn a_file_of_a_comment_is_seen_by_whoever_sees_the_comment() {
    let mut story = Story::in_status(Status::Assigned);
    story.tell(&technician(), &comment("The part is ordered.", Visibility::Internal), at(9)).unwrap();
    let event = story.events.last().unwrap();
    let ask = |caller: &Caller, seq, event: Option<&Event>| {
        let declared = Declared { comment: Some(seq), ..declared(Visibility::Public) };
        declare(&story.request, declared, event, caller, &RULES)
    };
    assert_eq!(ask(&technician(), event.seq, Some(event)).unwrap().visibility, Visibility::Internal);
    // Not somebody else's, none that there is not, and nothing else that happened.
    for (caller, seq, event) in [
        (manager(), event.seq, Some(event)),
        (technician(), 99, None),
        (requester(), 1, Some(&story.events[0])),
        (technician(), event.seq + 1, Some(event)),
    ] {
        assert_eq!(code(ask(&caller, seq, event)), "invalid", "{caller:?} {seq}");
    }
}

#[test]
fn the_limits_count_what_the_request_has() {
    let rules = RequestRules {
        files: crate::domain::file::FileLimits { max_file_mb: 1, max_files: 2, max_files_mb: 1 },
        ..RULES
    };
    let ask = |story: &Story, size| {
        let declared = Declared { size, ..declared(Visibility::Public) };
        declare(&story.request, declared, None, &requester(), &rules).map(|_| ())
    };
    let story = with_file(Story::begin(), 1, &requester(), Visibility::Public);
    assert_eq!(ask(&story, MEGABYTE - 1_000), Ok(()));
    assert_eq!(code(ask(&story, MEGABYTE - 999)), "files_too_large");
    assert_eq!(code(ask(&story, MEGABYTE + 1)), "file_too_large");
    let story = with_file(story, 2, &requester(), Visibility::Public);
    assert_eq!(code(ask(&story, 1)), "too_many_files");
}

#[test]
fn what_is_internal_is_not_there_for_a_requester() {
    let story = with_file(Story::in_status(Status::Assigned), 1, &technician(), Visibility::Internal);
    let before = Story::in_status(Status::Assigned).request;
    let shown = |request: &MaintenanceRequest, caller: &Caller| {
        serde_json::to_value(Record::of(request, caller, at(40), &RULES)).unwrap()
    };
    assert_eq!(shown(&story.request, &requester()), shown(&before, &requester()));
    assert_eq!(shown(&story.request, &technician())["attachments"].as_array().unwrap().len(), 1);
    assert_eq!(Summary::from(&story.request).attachments, 0);
    assert_eq!(story.events.last().unwrap().visibility(), Visibility::Internal);
    for outcome in [
        mark(&story.request, id(1), Some(Mark::After), &requester()).map(|_| ()),
        detach(&story.request, id(1), &requester()).map(|_| ()),
        may_draw(&story.request, id(1), &requester()).map(|_| ()),
    ] {
        assert_eq!(outcome, Err(Refusal::NotFound));
    }
    // Nor does its end leave a trace.
    let mut story = story;
    let body = detach(&story.request, id(1), &technician()).unwrap();
    story.happen(body, Actor::from(&technician()), at(31));
    assert_eq!(shown(&story.request, &requester()), shown(&before, &requester()));
}

#[test]
fn a_picture_is_marked_by_who_attached_it_who_does_the_work_and_managers() {
    let mut story = with_file(Story::in_status(Status::InProgress), 1, &requester(), Visibility::Public);
    for caller in [requester(), technician(), manager(), admin()] {
        assert!(mark(&story.request, id(1), Some(Mark::Before), &caller).unwrap().is_some(), "{caller:?}");
    }
    assert_eq!(mark(&story.request, id(1), Some(Mark::Before), &other_technician()), Err(Refusal::FORBIDDEN));
    let body = mark(&story.request, id(1), Some(Mark::Before), &technician()).unwrap().unwrap();
    story.happen(body, Actor::from(&technician()), at(31));
    assert_eq!(story.request.attachments[0].mark, Some(Mark::Before));
    assert_eq!(mark(&story.request, id(1), Some(Mark::Before), &technician()), Ok(None));
    assert!(mark(&story.request, id(1), None, &technician()).unwrap().is_some());
    assert_eq!(mark(&story.request, id(2), None, &technician()), Err(Refusal::NotFound));
    let marked = Declared { mark: Some(Mark::After), ..declared(Visibility::Public) };
    let pdf = attach(&story.request, id(2), marked, arrived(FileKind::Pdf), &technician(), at(31), &RULES);
    assert_eq!(code(pdf), "invalid");
}

#[test]
fn a_file_is_removed_by_who_attached_it_while_open_and_by_managers_always() {
    let open = with_file(Story::in_status(Status::Completed), 1, &technician(), Visibility::Public);
    for caller in [technician(), manager(), admin()] {
        assert!(detach(&open.request, id(1), &caller).is_ok(), "{caller:?}");
    }
    for caller in [requester(), other_technician()] {
        assert_eq!(detach(&open.request, id(1), &caller), Err(Refusal::FORBIDDEN), "{caller:?}");
    }
    let mut closed = open;
    closed.tell(&requester(), &valid_command(crate::domain::Action::Close, &requester()), at(40)).unwrap();
    assert_eq!(code(detach(&closed.request, id(1), &technician())), "invalid_transition");
    let body = detach(&closed.request, id(1), &manager()).unwrap();
    closed.happen(body.clone(), Actor::from(&manager()), at(41));
    assert_eq!((closed.request.attachments.len(), closed.request.status), (0, Status::Closed));
    assert_eq!(detach(&closed.request, id(1), &manager()), Err(Refusal::NotFound), "a second time");
    let EventBody::Detached { filename, size, .. } = body else { panic!("{body:?}") };
    assert_eq!((filename.as_str(), size), ("before.jpg.html.jpg", 1_000));
}

#[test]
fn work_of_some_categories_is_completed_with_a_picture_of_how_it_is_now() {
    let mut story = with_file(Story::in_status(Status::InProgress), 1, &technician(), Visibility::Public);
    let lift = vec!["plumbing".to_owned(), crate::domain::text::fold("LIFT")];
    assert_eq!(code(check_completion(&story.request, &lift)), "after_picture_required");
    assert_eq!(check_completion(&story.request, &lift[..1]), Ok(()));
    assert_eq!(check_completion(&story.request, &[]), Ok(()));
    let body = mark(&story.request, id(1), Some(Mark::After), &technician()).unwrap().unwrap();
    story.happen(body, Actor::from(&technician()), at(31));
    assert_eq!(check_completion(&story.request, &lift), Ok(()));
}

#[test]
fn a_role_alone_makes_nobody_the_one_who_attached() {
    let story = with_file(Story::begin(), 1, &requester(), Visibility::Public);
    let other = Caller { user: Person { id: UserId(Uuid::from_u128(77)), ..requester().user }, ..manager() };
    assert_eq!(may_draw(&story.request, id(1), &other), Err(Refusal::FORBIDDEN));
    assert_eq!(may_draw(&story.request, id(1), &requester()), Ok(Visibility::Public));
}
