//! Naming an object creates it: so nobody may name one by guessing.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use futures::StreamExt;
use futures::stream;
use testbed::Stack;

use crate::started;
use crate::support::{Client, demo};

/// How many reads there are.
const READS: usize = 10_000;

/// How many are under way at once.
const AT_ONCE: usize = 16;

#[tokio::test]
async fn reading_what_does_not_exist_or_is_anothers_leaves_nothing_behind() {
    let stack = started(Stack::builder());
    let owner = Client::sign_in(&stack, &demo("requester")).await;
    let stranger = Client::sign_in(&stack, &demo("requester2")).await;
    let admin = Client::sign_in(&stack, &demo("admin")).await;
    let mut foreign = Vec::new();
    for number in 0..10 {
        let record = owner.report(&format!("Fault number {number}")).await;
        foreign.push(record["id"].as_str().expect("an id").to_owned());
    }
    let before = stored(&stack);
    assert_eq!(before.get("RequestObject"), Some(&foreign.len()), "{before:?}");

    let paths = ["", "/events", "/events?after=0&limit=1"];
    let reads = stream::iter(0..READS).map(|number| {
        let id = if number.is_multiple_of(10) {
            foreign[number / 10 % foreign.len()].clone()
        } else {
            guessed(number, &foreign)
        };
        let (stranger, path) = (&stranger, format!("/api/requests/{id}{}", paths[number % paths.len()]));
        async move { stranger.get(&path).await.problem(404, "not_found") }
    });
    reads.buffer_unordered(AT_ONCE).for_each(|_| async {}).await;
    let tries = stream::iter(0..100).map(|number| {
        let (stranger, id) = (&stranger, guessed(number, &foreign));
        async move {
            stranger.act(&id, "cancel", &serde_json::json!({ "reason": "Mine." })).await.problem(404, "not_found");
            stranger.comment(&id, "Mine?", "public").await.problem(404, "not_found");
            let origin = stranger.base_url();
            let live = stranger.try_watch(&format!("/api/requests/{id}/live"), Some(origin)).await;
            live.expect_err("no socket on what does not exist").problem(404, "not_found");
            let session = format!("/api/me/sessions/{}{}", id.replace('-', ""), id.replace('-', ""));
            stranger.delete(&session).await.problem(404, "not_found");
        }
    });
    tries.buffer_unordered(AT_ONCE).for_each(|()| async {}).await;
    // An operator, too: a user that there is not, and a session that this user has not.
    for number in 0..20 {
        let session = random_id().replace('-', "").repeat(2);
        for user in [&guessed(number, &foreign), admin.id(), owner.id()] {
            admin.delete(&format!("/api/system/sessions/{user}/{session}")).await.problem(404, "not_found");
        }
    }

    let after = stored(&stack);
    for kind in ["RequestObject", "SessionObject", "AccountObject"] {
        assert_eq!(after.get(kind), before.get(kind), "{kind}: {READS} reads left something behind");
    }
    let kinds = |stored: &BTreeMap<String, usize>| stored.keys().cloned().collect::<Vec<_>>();
    assert_eq!(kinds(&after), kinds(&before));
}

/// An id that nobody has: every second one random, the others differing from a real one in a single digit.
fn guessed(number: usize, real: &[String]) -> String {
    let random = random_id();
    if number.is_multiple_of(2) {
        return random;
    }
    let mut id = real[number % real.len()].clone().into_bytes();
    // Not the digits that say which kind of UUID it is, nor the dashes.
    let digits: Vec<usize> = (0..id.len()).filter(|at| ![8, 13, 14, 18, 19, 23].contains(at)).collect();
    let at = digits[number / 2 % digits.len()];
    let other = random.bytes().find(|digit| *digit != id[at] && *digit != b'-').unwrap_or(b'0');
    id[at] = other;
    String::from_utf8_lossy(&id).into_owned()
}

/// Of the same version of UUID as the real ones.
fn random_id() -> String {
    let mut bytes = [0; 16];
    getrandom::getrandom(&mut bytes).expect("random bytes");
    uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
}

/// How many objects have a database on disk, by kind.
fn stored(stack: &Stack) -> BTreeMap<String, usize> {
    let objects = stack.data_dir().join("objects/do");
    count(&objects).unwrap_or_else(|error| panic!("{}: {error}", objects.display()))
}

fn count(objects: &Path) -> io::Result<BTreeMap<String, usize>> {
    let mut kinds = BTreeMap::new();
    for kind in fs::read_dir(objects)? {
        let kind = kind?;
        // `<worker>-<class>`
        let name = kind.file_name().to_string_lossy().into_owned();
        let class = name.rsplit('-').next().unwrap_or_default().to_owned();
        let objects: &mut usize = kinds.entry(class).or_default();
        for file in fs::read_dir(kind.path())? {
            let name = file?.file_name().to_string_lossy().into_owned();
            // The platform's own file of each class is not an object's.
            *objects += usize::from(name.ends_with(".sqlite") && name != "metadata.sqlite");
        }
    }
    Ok(kinds)
}
