//! Bytes without a row, rows without bytes, and what was served and must not have been.

use super::fixture::{KEPT, REMOVED};
use super::*;

fn key(file: &str) -> String {
    format!("default/requests/{SECOND}/{file}")
}

fn kept() -> (String, String) {
    (SECOND.to_owned(), KEPT.to_owned())
}

fn other() -> Lying {
    Lying { size: 500, sha256: sha256(b"other") }
}

#[test]
fn bytes_that_are_gone_or_others_are_found() {
    assert_eq!(found(|history| drop(history.files.bucket.remove(&key(KEPT)))), [Kind::Bytes]);
    assert_eq!(found(|history| drop(history.files.bucket.insert(key(KEPT), other()))), [Kind::Bytes]);
    assert_eq!(found(|history| drop(history.files.served.insert(kept(), (404, sha256(b""))))), [Kind::Bytes]);
    assert_eq!(found(|history| history.file_reads[0].sha256 = sha256(b"other")), [Kind::Bytes]);
    assert_eq!(found(|history| history.file_reads[1].range = Some((11, 499))), [Kind::Bytes]);
    assert_eq!(found(|history| history.file_reads[0].status = 404), [Kind::Bytes]);
}

#[test]
fn bytes_that_no_file_has_are_found() {
    for key in
        [key(REMOVED), key("another"), "default/avatars/somebody/w/64".to_owned(), key(&format!("{KEPT}.thumbnail"))]
    {
        assert_eq!(found(|history| drop(history.files.bucket.insert(key.clone(), other()))), [Kind::Orphan], "{key}");
    }
}

#[test]
fn rows_that_differ_are_found() {
    assert_eq!(found(|history| drop(history.files.rows.remove(&kept()))), [Kind::ReadModel]);
    assert_eq!(found(|history| drop(history.files.rows.insert(kept(), other()))), [Kind::ReadModel]);
    let more = (SECOND.to_owned(), REMOVED.to_owned());
    assert_eq!(found(|history| drop(history.files.rows.insert(more, other()))), [Kind::ReadModel]);
}

#[test]
fn a_sweep_that_finds_something_is_found() {
    assert_eq!(found(|history| history.files.swept["orphans"] = json!(1)), [Kind::Sweep]);
    assert_eq!(found(|history| history.files.swept["rows"] = json!(2)), [Kind::Sweep]);
    // What is on its way is none of it at once, and is after a day.
    assert_eq!(found(|history| history.files.swept["pending"] = json!(7)), []);
    assert_eq!(found(|history| history.files.swept_later["pending"] = json!(1)), [Kind::Sweep]);
    assert_eq!(found(|history| history.files.swept_later["removing"] = json!(1)), [Kind::Sweep]);
}

#[test]
fn what_is_served_after_its_removal_is_found() {
    let read = |invoked, status| {
        found(move |history| {
            let mut read = history.file_reads[0].clone();
            (read.file, read.invoked, read.returned, read.status) =
                (REMOVED.to_owned(), invoked, invoked + 100, status);
            read.sha256 = sha256(&content(13, 500));
            history.file_reads.push(read);
        })
    };
    assert_eq!((read(13_600, 200), read(14_600, 200)), (vec![], vec![Kind::StaleRead]));
    assert_eq!((read(13_600, 404), read(14_600, 404)), (vec![Kind::Bytes], vec![]));
    assert_eq!(read(14_600, 503), []);
}

#[test]
fn who_finds_nothing_to_remove_has_been_forestalled() {
    let late = |file: &'static str| {
        found(move |history| {
            let mut write = history.writes[13].clone();
            (write.number, write.body) = (99, json!({ "file": file }));
            write.attempts[0].outcome = Outcome::Refused { status: 404, code: "not_found".to_owned(), shown: None };
            (write.attempts[0].invoked, write.attempts[0].returned) = (20_000, 20_100);
            history.writes.push(write);
        })
    };
    assert_eq!((late(REMOVED), late(KEPT)), (vec![], vec![Kind::Lost]));
}

#[test]
fn a_file_that_is_attached_twice_or_never_is_found() {
    let lost = found(|history| history.writes[11].body["sha256"] = json!(sha256(b"other")));
    assert!(lost.contains(&Kind::Lost), "{lost:?}");
    let mut history = System::history();
    history.writes.iter_mut().flat_map(|write| &mut write.attempts).for_each(|attempt| {
        if let Outcome::Done { version, shown: Answered::File(..) | Answered::Nothing, .. } = &mut attempt.outcome {
            *version = 0;
        }
    });
    place_files(&mut history);
    assert_eq!(check(&history), []);
    history.writes.remove(12);
    let causeless: Vec<_> = check(&history).into_iter().map(|violation| violation.kind).collect();
    assert!(causeless.contains(&Kind::Causeless), "{causeless:?}");
}
