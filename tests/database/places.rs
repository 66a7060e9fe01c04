//! The tree of places on a real PostgreSQL: what a change leaves, what two at once cannot do, and what is found among ten thousand.

use std::sync::atomic::{AtomicU32, Ordering};

use cepatedge::db::query::{Postgres, Query};
use cepatedge::db::statements::places::ChangedPlaces;
use cepatedge::db::statements::things::{FindThing, PageThings, RemoveThing, SaveThing, Thing};
use cepatedge::domain::log::{Level, NewEntry};
use cepatedge::domain::patch::Patch;
use cepatedge::domain::place::PlaceId;
use cepatedge::domain::{Limit, OrgId, Refusal, Timestamp};
use futures::future::join;
use pg::row::{DecodeError, Rows};
use pg::session::Session;
use pg::statement::Statement;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::machine::Machine;
use crate::scratch::Scratch;

/// Somebody who asks, on a connection of their own.
pub struct Asked(Session<Machine>, OrgId);

impl Asked {
    pub fn of(scratch: &Scratch) -> Self {
        Self::from(scratch, "default")
    }

    pub fn from(scratch: &Scratch, org: &str) -> Self {
        Asked(scratch.session(), org.parse().unwrap())
    }
}

impl Postgres for Asked {
    fn org(&self) -> &OrgId {
        &self.1
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_ms(1_795_499_162_123)
    }

    async fn read(&self, statement: Statement) -> Result<Rows, Refusal> {
        Ok(self.0.read(&[statement]).await.unwrap().remove(0))
    }

    async fn write(&self, statement: Statement) -> Result<Rows, Refusal> {
        Ok(self.0.write(&[statement]).await.unwrap().remove(0))
    }

    async fn write_all(&self, statements: Vec<Statement>) -> Result<Vec<Rows>, Refusal> {
        Ok(self.0.write(&statements).await.unwrap())
    }

    fn unreadable(&self, error: DecodeError) -> Refusal {
        panic!("{error}")
    }

    fn unknown(&self, name: &str) -> Refusal {
        panic!("{name}")
    }
}

fn id(n: u128) -> PlaceId {
    PlaceId(Uuid::from_u128(n))
}

pub fn entry() -> NewEntry {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let id = format!("entry-{}", NEXT.fetch_add(1, Ordering::Relaxed)).parse().unwrap();
    NewEntry::new(id, Timestamp::from_ms(0), Level::Info, "place made")
}

fn change(n: u128) -> SaveThing {
    SaveThing {
        thing: Thing::Place,
        id: Uuid::from_u128(n),
        is_new: false,
        version: None,
        parent: None,
        location: None,
        into: None,
        patch: Patch::default(),
        archived: None,
        status: None,
        noted: json!({}),
        entry: entry(),
    }
}

fn made(n: u128, name: &str, parent: Option<u128>) -> SaveThing {
    let mut patch = Patch::default();
    patch.set_name(Some(name));
    SaveThing { is_new: true, patch, ..moved(n, parent) }
}

fn moved(n: u128, parent: Option<u128>) -> SaveThing {
    SaveThing { parent: Some(parent.map(Uuid::from_u128)), ..change(n) }
}

async fn record(postgres: &Asked, thing: Thing, n: u128) -> Value {
    let found = FindThing { thing, id: Uuid::from_u128(n) }.run(postgres).await.unwrap().unwrap();
    serde_json::from_str(found.record.get()).unwrap()
}

async fn path(postgres: &Asked, n: u128) -> Vec<String> {
    let record = record(postgres, Thing::Place, n).await;
    record["path"].as_array().unwrap().iter().map(|place| place["name"].as_str().unwrap().to_owned()).collect()
}

async fn names(postgres: &Asked, words: &[&str], parent: Option<&str>) -> Vec<String> {
    let words = (!words.is_empty()).then(|| words.iter().map(|word| (*word).to_owned()).collect());
    let page = PageThings {
        thing: Thing::Place,
        words,
        parent: parent.map(str::to_owned),
        location: None,
        category: None,
        status: Vec::new(),
        archived: false,
        after: None,
        limit: Limit::try_from(20).unwrap(),
    };
    let page = page.run(postgres).await.unwrap();
    let name = |item: &str| serde_json::from_str::<Value>(item).unwrap()["name"].as_str().unwrap().to_owned();
    page.items.iter().map(|item| name(item.get())).collect()
}

#[tokio::test]
async fn what_is_moved_takes_along_what_is_below_and_news_are_of_what_changed() {
    let scratch = Scratch::new().await;
    let postgres = Asked::of(&scratch);
    for (n, name, parent) in
        [(1, "Hotel", None), (2, "Floor", Some(1)), (3, "Room", Some(2)), (4, "Bath", Some(3)), (5, "Annex", None)]
    {
        made(n, name, parent).run(&postgres).await.unwrap();
    }
    assert_eq!(path(&postgres, 4).await, ["Hotel", "Floor", "Room"]);
    moved(2, Some(5)).run(&postgres).await.unwrap();
    assert_eq!(path(&postgres, 4).await, ["Annex", "Floor", "Room"]);
    // Of the moved tree one place says where it is.
    let news = ChangedPlaces { after: 5 }.run(&postgres).await.unwrap();
    let places: Value = serde_json::from_str(news.places.get()).unwrap();
    assert_eq!((news.through, places.as_array().unwrap().len(), &places[0]["parent"]), (6, 1, &json!(id(5))));
    moved(3, None).run(&postgres).await.unwrap();
    assert_eq!(path(&postgres, 4).await, ["Room"]);
    for (n, parent) in [(3, Some(4)), (3, Some(3))] {
        let refused = moved(n, parent).run(&postgres).await.unwrap_err();
        assert!(matches!(refused, Refusal::Invalid { ref code, .. } if code == "under_itself"), "{refused:?}");
    }
    // An earlier PostgreSQL came back: all of it is news.
    let all = |after| ChangedPlaces { after }.run(&postgres);
    assert_eq!(all(99).await.unwrap().places.get().matches("parent").count(), 5);
    assert_eq!(all(7).await.unwrap().places.get(), "[]");
}

#[tokio::test]
async fn two_movers_at_once_never_make_a_circle() {
    let scratch = Scratch::new().await;
    let (one, two) = (Asked::of(&scratch), Asked::of(&scratch));
    for n in 1..=4 {
        made(n, &format!("Place {n}"), None).run(&one).await.unwrap();
    }
    for round in 0..30 {
        let (a, b) = (1 + round % 4, 1 + (round + 1) % 4);
        let (_, _) = join(moved(a, Some(b)).run(&one), moved(b, Some(a)).run(&two)).await;
        // Every ancestor that is named is the parent of the one behind it, and no place is in itself.
        let broken = "SELECT count(*) FROM locations l WHERE l.id = ANY(l.ancestors)
                      OR l.ancestors IS DISTINCT FROM coalesce((SELECT p.ancestors || p.id FROM locations p WHERE p.id = l.parent_id), '{}')";
        assert_eq!(scratch.count(broken).await, 0, "round {round}");
        let _back = join(moved(a, None).run(&one), moved(b, None).run(&two)).await;
    }
}

#[tokio::test]
async fn what_a_merged_place_had_is_the_others_and_its_id_leads_there() {
    let scratch = Scratch::new().await;
    let postgres = Asked::of(&scratch);
    for (n, name, parent) in [(1, "Hotel", None), (2, "201", Some(1)), (3, "Room 201", Some(1)), (4, "Bath", Some(3))] {
        made(n, name, parent).run(&postgres).await.unwrap();
    }
    let asset = made(9, "AC", None);
    let asset = SaveThing { thing: Thing::Asset, parent: None, location: Some(Some(Uuid::from_u128(3))), ..asset };
    asset.run(&postgres).await.unwrap();
    let merge = || SaveThing { into: Some(Uuid::from_u128(2)), ..change(3) };
    assert!(merge().run(&postgres).await.unwrap().written);
    assert!(!merge().run(&postgres).await.unwrap().written);
    assert_eq!(path(&postgres, 4).await, ["Hotel", "201"]);
    assert_eq!(record(&postgres, Thing::Asset, 9).await["location"]["id"], id(2).to_string());
    assert_eq!(record(&postgres, Thing::Place, 3).await["id"], id(2).to_string());
    assert_eq!(names(&postgres, &[], Some(&id(1).to_string())).await, ["201"]);
}

async fn remove(postgres: &Asked, thing: Thing, n: u128, version: Option<i64>) -> Result<(), Refusal> {
    RemoveThing { thing, id: Uuid::from_u128(n), version, entry: entry() }.run(postgres).await
}

#[tokio::test]
async fn what_nothing_names_is_deleted_and_the_index_hears_of_it_as_of_any_change() {
    let scratch = Scratch::new().await;
    let postgres = Asked::of(&scratch);
    for (n, name, parent) in [(1, "Hotel", None), (2, "201", Some(1)), (3, "202", Some(1)), (4, "203", Some(1))] {
        made(n, name, parent).run(&postgres).await.unwrap();
    }
    let at = SaveThing {
        thing: Thing::Asset,
        parent: None,
        location: Some(Some(Uuid::from_u128(2))),
        ..made(9, "AC", None)
    };
    at.run(&postgres).await.unwrap();
    SaveThing { thing: Thing::Asset, ..made(10, "Remote", Some(9)) }.run(&postgres).await.unwrap();
    SaveThing { into: Some(Uuid::from_u128(3)), ..change(4) }.run(&postgres).await.unwrap();
    let is_in_use =
        |outcome: Result<(), Refusal>| matches!(outcome, Err(Refusal::Conflict { code, .. }) if code == "in_use");
    // What is in it, at it, a part of it, or became a part of it.
    for (thing, n) in [(Thing::Place, 1), (Thing::Place, 2), (Thing::Place, 3), (Thing::Asset, 9)] {
        assert!(is_in_use(remove(&postgres, thing, n, None).await), "{n}");
    }
    let stale = remove(&postgres, Thing::Asset, 10, Some(7)).await;
    assert!(matches!(stale, Err(Refusal::Stale { version: 1, .. })), "{stale:?}");
    for (thing, n) in [(Thing::Asset, 10), (Thing::Asset, 9), (Thing::Place, 2)] {
        remove(&postgres, thing, n, Some(1)).await.unwrap();
        assert_eq!(remove(&postgres, thing, n, None).await, Err(Refusal::NotFound));
    }
    let news = |after| ChangedPlaces { after }.run(&postgres);
    let gone = news(5).await.unwrap();
    let items: Value = serde_json::from_str(gone.places.get()).unwrap();
    assert_eq!((gone.through, &items[0]["id"], &items[0]["gone"]), (6, &json!(id(2)), &json!(true)));
    // The next change is counted behind it; a place that is made again is there.
    made(2, "201", Some(1)).run(&postgres).await.unwrap();
    let again = news(6).await.unwrap();
    assert_eq!((again.through, again.places.get().contains("gone")), (7, false));
    remove(&postgres, Thing::Place, 2, None).await.unwrap();
    assert_eq!(scratch.count("SELECT count(*) FROM audit_owed").await, 12);
}

#[tokio::test]
async fn among_ten_thousand_places_what_is_typed_is_found_and_what_is_below_is_found_by_an_index() {
    let scratch = Scratch::new().await;
    let postgres = Asked::of(&scratch);
    scratch
        .driver
        .batch_execute(
            "INSERT INTO locations (id, org_id, parent_id, ancestors, body, folded, version, change, created_at, updated_at)
             SELECT md5('s' || s)::uuid, 'default', NULL, '{}', jsonb_build_object('name', 'Site ' || s),
                    jsonb_build_object('name', 'site ' || s, 'sort', 'site ' || lpad(s::text, 10, '0')), 1, s, now(), now()
             FROM generate_series(1, 100) s;
             INSERT INTO locations (id, org_id, parent_id, ancestors, body, folded, version, change, created_at, updated_at)
             SELECT md5('r' || s || '-' || r)::uuid, 'default', md5('s' || s)::uuid, ARRAY[md5('s' || s)::uuid],
                    jsonb_build_object('name', 'Kamar ' || r), jsonb_build_object('name', 'kamar ' || r, 'sort', 'kamar ' || lpad(r::text, 10, '0')),
                    1, 100 + s, now(), now()
             FROM generate_series(1, 100) s, generate_series(1, 99) r;
             ANALYZE locations",
        )
        .await
        .unwrap();
    assert_eq!(scratch.count("SELECT count(*) FROM locations").await, 10_000);
    assert_eq!(names(&postgres, &["77", "site", "kamar", "93"], None).await, ["Kamar 77", "Kamar 93"]);
    assert_eq!(names(&postgres, &["nowhere"], None).await, [""; 0]);
    assert_eq!(names(&postgres, &[], Some("none")).await[..2], ["Site 1", "Site 2"]);
    let plan = scratch
        .driver
        .query("EXPLAIN SELECT id FROM locations WHERE ancestors @> ARRAY[md5('s7')::uuid]", &[])
        .await
        .unwrap();
    let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
    assert!(plan.iter().any(|line| line.contains("locations_below")), "{plan:?}");
}
