//! The tree of places as the index knows it: a copy of PostgreSQL's, so that a list finds what is at a place or below it, and tells
//! what a place is called now, without asking anybody.
//!
//! It follows PostgreSQL's count of changes: `jobs::places` brings what is above the one that it has.

pub(super) mod store;

use base::ids::UserId;
use base::refusal::Refusal;
use durable::Database;

use super::api::{LearnPlaces, NamedPlace};
use crate::domain::place::PlaceId;

/// So many places with few requests each are read one behind the other; of more, the list is gone through.
const FEW: u32 = 20;

/// The places that a list is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Within {
    /// These.
    Few(Vec<String>),
    /// This one, and the many below it.
    Many(PlaceId),
}

/// The place and those below it.
///
/// # Errors
/// When SQLite refuses.
pub fn within(db: &Database, id: PlaceId) -> Result<Within, Refusal> {
    let ids = store::below(db, id, FEW + 1)?;
    Ok(if ids.len() > FEW as usize { Within::Many(id) } else { Within::Few(ids) })
}

/// Learns what is new, and answers with the count of changes that is known then.
///
/// # Errors
/// When SQLite refuses.
pub fn learn(db: &Database, news: &LearnPlaces) -> Result<i64, Refusal> {
    if !news.places.is_empty() {
        db.atomically(|write| store::put(write, &news.places, news.through))?;
    }
    Ok(store::through(db)?)
}

/// Those of the places that are known, as they are called now; one that became a part of another is that one.
///
/// # Errors
/// When SQLite refuses.
pub fn named(db: &Database, ids: &[PlaceId]) -> Result<Vec<NamedPlace>, Refusal> {
    let mut named = Vec::new();
    for asked in ids {
        let Some((json, archived)) = store::named(db, *asked)? else { continue };
        let label = base::json::from_str(&json).map_err(|_| Refusal::Internal)?;
        named.push(NamedPlace { asked: *asked, label, archived });
    }
    Ok(named)
}

/// How many open requests are at each of the places or below, of `only`'s or all; in the order of the places.
///
/// # Errors
/// When SQLite refuses.
pub fn open_at(db: &Database, ids: &[PlaceId], only: Option<UserId>) -> Result<Vec<i64>, Refusal> {
    ids.iter().map(|id| Ok(store::open_at(db, *id, only)?)).collect()
}
