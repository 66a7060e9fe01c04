//! The examples do what they say, on a real SQLite, and README.md shows what is compiled.

use std::rc::Rc;

use rusqlite::params;
use serde_json::{from_str, json};

use crate::keyset::native::{database, page};
use crate::page::Page;
use crate::text::Text;
use crate::{Answer, Object, OnTheWire};
use guestbook::{Call, Guestbook, Handler, Read, Sign, dispatch, newest_first};

#[path = "../examples/guestbook.rs"]
mod guestbook;

const README: &str = include_str!("../README.md");
const GUESTBOOK: &str = include_str!("../examples/guestbook.rs");

#[test]
fn the_readme_shows_the_guestbook_as_it_is() {
    let blocks: Vec<_> = README.split("```rust\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(blocks, [GUESTBOOK]);
}

#[test]
fn a_guestbook_of_an_earlier_release_is_read_page_by_page() {
    let (first, later) = Guestbook::SCHEMA.steps.split_first().unwrap();
    let book = database(first);
    let sign = |seq: i64| {
        // Three guests come in the same millisecond.
        let signed = book.query_row(guestbook::SIGN, params![seq / 3, seq.to_string()], |row| row.get::<_, i64>(0));
        assert_eq!(signed.unwrap(), seq);
        book.execute(guestbook::FORGET, [seq]).unwrap();
    };
    (1..=600).for_each(sign);
    later.iter().for_each(|step| book.execute_batch(step).unwrap());
    (601..=1_200).for_each(sign);

    let (mut seen, mut after) = (Vec::<i64>::new(), None);
    loop {
        let (page, _) = page(&book, &newest_first(), after.as_ref(), 50).unwrap();
        seen.extend(from_str::<Vec<i64>>(&page.items.read()).unwrap());
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, (201..=1_200).rev().collect::<Vec<_>>());
}

/// A book in memory.
struct Blank;

impl Handler for Blank {
    fn sign(self: Rc<Self>, Sign(name): Sign, _: Call) -> Answer<i64> {
        Ok(name.len() as i64).into()
    }
    fn read(self: Rc<Self>, Read(after): Read, _: Call) -> Answer<Page> {
        Ok(Page { items: Text::from(r#"["Ada"]"#), next: after, total: None }).into()
    }
}

#[test]
fn a_message_finds_its_handler_and_the_reply_its_caller() {
    let answer = |message| match dispatch(Rc::new(Blank), serde_json::from_value(message).unwrap(), Call {}) {
        Answer::Ready(reply) => reply.unwrap(),
        Answer::Pending(_) => panic!("nothing is waited for"),
    };
    let signed = answer(json!({ "sign": "Grace" }));
    assert_eq!(signed.head, r#"{"ok":5}"#);
    assert_eq!(i64::read(signed).unwrap(), Ok(5));
    let page = Page::read(answer(json!({ "read": { "ts": 7, "id": "3" } }))).unwrap().unwrap();
    assert_eq!((page.items.read().as_ref(), page.next.unwrap().seq()), (r#"["Ada"]"#, Ok(3)));
}
