//! The queries of places and assets, of both at once, so that the Worker has their code once: pages, single ones, and changes, which
//! answer with a word and with what there is then.

use base::ids::OrgId;
use base::refusal::Refusal;
use pg::statement::Statement;

use super::{assets, places};
use crate::db::query::{Postgres, Query};
use crate::domain::{asset, place};

pub use super::thing::{FindThing, Found, PageThings, RemoveThing, SaveThing, Thing, ThingPage};

impl Query for PageThings {
    const NAME: &'static str = "page_things";
    type Reply = ThingPage;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let page = match self.thing {
            Thing::Place => places::page(postgres.org(), self),
            Thing::Asset => assets::page(postgres.org(), self),
        };
        postgres.record(page?).await?.ok_or(Refusal::Internal)
    }
}

impl FindThing {
    fn statement(&self, org: &OrgId) -> Statement {
        match self.thing {
            Thing::Place => places::find(org, self.id),
            Thing::Asset => assets::find(org, self.id),
        }
    }
}

impl Found {
    fn stale(&self) -> Refusal {
        Refusal::Stale { version: self.version, record: base::json::from_str(self.record.get()).ok() }
    }
}

impl Query for FindThing {
    const NAME: &'static str = "find_thing";
    type Reply = Option<Found>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        postgres.record(self.statement(postgres.org())).await
    }
}

impl Query for SaveThing {
    const NAME: &'static str = "save_thing";
    type Reply = Found;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let (org, now, thing) = (postgres.org(), postgres.now(), self.thing);
        let find = FindThing { thing, id: self.id }.statement(org);
        let save = match thing {
            Thing::Place => places::save(org, now, self),
            Thing::Asset => assets::save(org, now, self),
        };
        let rows = postgres.write_all(vec![lock(org), save?, find]).await?;
        let [_, word, found] = rows.as_slice() else { return Err(Refusal::Internal) };
        let word: Option<String> = word.record().map_err(|error| postgres.unreadable(error))?;
        let found: Option<Found> = found.record().map_err(|error| postgres.unreadable(error))?;
        match (word.as_deref(), found) {
            (Some(word @ ("write" | "done")), Some(found)) => Ok(Found { written: word == "write", ..found }),
            (Some("stale"), Some(found)) => Err(found.stale()),
            (word, _) => Err(match thing {
                Thing::Place => place::refused(word.unwrap_or("missing")),
                Thing::Asset => asset::refused(word.unwrap_or("missing")),
            }),
        }
    }
}

impl Query for RemoveThing {
    const NAME: &'static str = "remove_thing";
    type Reply = ();

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let (org, now, find) = (postgres.org(), postgres.now(), FindThing { thing: self.thing, id: self.id });
        let remove = match self.thing {
            Thing::Place => places::remove(org, now, &self),
            Thing::Asset => assets::remove(org, now, &self),
        };
        let rows = postgres.write_all(vec![lock(org), remove?, find.statement(org)]).await?;
        let [_, word, found] = rows.as_slice() else { return Err(Refusal::Internal) };
        let word: Option<String> = word.record().map_err(|error| postgres.unreadable(error))?;
        let found: Option<Found> = found.record().map_err(|error| postgres.unreadable(error))?;
        match word.as_deref() {
            Some("write") => Ok(()),
            Some("in_use") => Err(Refusal::conflict("in_use", "Something names it: it cannot be deleted any more.")),
            Some("stale") if let Some(found) = found => Err(found.stale()),
            _ => Err(Refusal::NotFound),
        }
    }
}

/// Changes of places and assets wait for each other here.
pub(super) fn lock(org: &OrgId) -> Statement {
    Statement::new("SELECT to_json(id) FROM organisations WHERE id = $1 FOR NO KEY UPDATE").bind(org.to_string())
}
