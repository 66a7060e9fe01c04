//! Labels on a real PostgreSQL: whose they are, and what two at once cannot do.

use cepatedge::db::query::Query;
use cepatedge::db::statements::labels::{FindLabel, WriteLabels};
use cepatedge::db::statements::things::{SaveThing, Thing};
use cepatedge::domain::label::LabelCode;
use cepatedge::domain::patch::Patch;
use cepatedge::domain::{Refusal, UserId};
use futures::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::places::{Asked, entry};
use crate::scratch::Scratch;

const BY: UserId = UserId(Uuid::from_u128(7));

fn code(n: u8) -> LabelCode {
    LabelCode::of([0, 0, 0, 0, n])
}

async fn place(asked: &Asked, n: u128) -> Uuid {
    let mut patch = Patch::default();
    patch.set_name(Some("Kamar"));
    let id = Uuid::from_u128(n);
    let (thing, is_new, noted) = (Thing::Place, true, json!({}));
    let save = SaveThing {
        thing,
        id,
        is_new,
        version: None,
        parent: None,
        location: None,
        into: None,
        patch,
        archived: None,
        status: None,
        noted,
        entry: entry(),
    };
    save.run(asked).await.unwrap();
    id
}

async fn label(asked: &Asked, ids: &[Uuid], codes: &[u8]) -> Result<Vec<String>, Refusal> {
    let codes = codes.iter().map(|n| code(*n)).collect();
    let thing = (!ids.is_empty()).then_some(Thing::Place);
    let made = WriteLabels { code: None, rebind: false, thing, ids: ids.to_vec(), codes, by: BY, entry: entry() };
    let items: Vec<Value> = serde_json::from_str(made.run(asked).await?.record.get()).unwrap();
    Ok(items.iter().map(|label| label["code"].as_str().unwrap().to_owned()).collect())
}

async fn bind(asked: &Asked, n: u8, id: Uuid) -> Result<Value, Refusal> {
    let (code, thing) = (Some(code(n)), Some(Thing::Place));
    let bind = WriteLabels { code, rebind: false, thing, ids: vec![id], codes: Vec::new(), by: BY, entry: entry() };
    bind.run(asked).await.map(|bound| serde_json::from_str(bound.record.get()).unwrap())
}

async fn find(asked: &Asked, n: u8) -> Option<Value> {
    let found = FindLabel { code: code(n) }.run(asked).await.unwrap()?;
    Some(serde_json::from_str(found.record.get()).unwrap())
}

#[tokio::test]
async fn another_organisations_labels_and_places_are_not_there() {
    let scratch = Scratch::new().await;
    scratch.driver.batch_execute("INSERT INTO organisations (id, name) VALUES ('other', 'Other')").await.unwrap();
    let (ours, theirs) = (Asked::from(&scratch, "default"), Asked::from(&scratch, "other"));
    let here = place(&ours, 1).await;
    let there = place(&theirs, 2).await;
    label(&ours, &[here], &[1]).await.unwrap();
    assert_eq!(find(&theirs, 1).await, None);
    assert_eq!(bind(&theirs, 1, there).await.unwrap_err(), Refusal::NotFound);
    // A code may be on two things, one of each organisation.
    label(&theirs, &[], &[1]).await.unwrap();
    assert_eq!(bind(&theirs, 1, here).await.unwrap_err().code(), "invalid");
    assert_eq!(label(&theirs, &[here], &[2]).await.unwrap_err().code(), "invalid");
    bind(&theirs, 1, there).await.unwrap();
    assert_eq!(find(&ours, 1).await.unwrap()["location"]["id"], here.to_string());
    assert_eq!(find(&theirs, 1).await.unwrap()["location"]["id"], there.to_string());
}

#[tokio::test]
async fn at_once_a_thing_gets_one_label_and_a_label_one_thing() {
    let scratch = Scratch::new().await;
    let people: Vec<Asked> = (0..6).map(|_| Asked::from(&scratch, "default")).collect();
    let one = place(&people[0], 1).await;
    let own = [[1, 11], [2, 12], [3, 13], [4, 14], [5, 15], [6, 16]];
    let twice = [one, one];
    let codes = join_all(people.iter().zip(&own).map(|(asked, own)| label(asked, &twice, own))).await;
    let codes: Vec<String> = codes.into_iter().flat_map(Result::unwrap).collect();
    assert!(codes.len() == 12 && codes.iter().all(|code| *code == codes[0]), "{codes:?}");
    assert_eq!(scratch.count("SELECT count(*) FROM labels").await, 1);
    // The place, and its label once.
    assert_eq!(scratch.count("SELECT count(*) FROM audit_owed").await, 2);

    label(&people[0], &[], &[99]).await.unwrap();
    let rooms = join_all((2..8).map(|n| place(&people[0], n))).await;
    let bound = join_all(people.iter().zip(&rooms).map(|(asked, room)| bind(asked, 99, *room))).await;
    let refused: Vec<&Refusal> = bound.iter().filter_map(|outcome| outcome.as_ref().err()).collect();
    assert_eq!(refused.len(), 5);
    for refusal in refused {
        let Refusal::Conflict { code, record, .. } = refusal else { panic!("{refusal}") };
        assert_eq!(code, "label_bound");
        assert!(rooms.iter().any(|room| record.as_ref().unwrap()["location"]["id"] == room.to_string()));
    }
}
