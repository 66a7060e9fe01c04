//! The settings in force, as this isolate knows them.
//!
//! What was looked up is good for [`LOOK_AGAIN_MS`]; then the next call looks again, in the cache `settings`, beside asking its
//! session, so that no call takes a hop more for it. A change is put into the cache before it is answered, and `jobs::settings`
//! puts it there once a minute: so a change is in force everywhere within [`LOOK_AGAIN_MS`] of its answer, and within a minute
//! should its Worker die between the two. While PostgreSQL and the cache are away, what is known stays.

use std::cell::RefCell;
use std::rc::Rc;

use base::time::Timestamp;
use durable::{ask_within, clock};
use worker::Env;

use crate::domain::settings::{InForce, Stored};
use crate::jobs::settings::{KEY, PATIENCE_MS, cache_of, refresh};
use crate::objects::cache::api::Get;
use crate::objects::context::CallContext;

/// So long a look-up is good, in milliseconds.
pub const LOOK_AGAIN_MS: i64 = 4_000;

thread_local! {
    static KNOWN: RefCell<Known> = RefCell::new(Known::default());
}

#[derive(Default)]
struct Known {
    in_force: Rc<InForce>,
    looked_at: Option<Timestamp>,
}

/// What is known, however old it is.
pub fn known() -> Rc<InForce> {
    KNOWN.with_borrow(|known| known.in_force.clone())
}

/// What is known, looked up where that was too long ago.
pub async fn current(env: &Env, cx: &CallContext) -> Rc<InForce> {
    let now = clock::now();
    let is_young = |known: &Known| known.looked_at.is_some_and(|at| (0..LOOK_AGAIN_MS).contains(&now.ms_since(at)));
    if !KNOWN.with_borrow(is_young) {
        let found = look(env, cx).await;
        KNOWN.with_borrow_mut(|known| {
            known.looked_at = Some(now);
            // Two look-ups may end in another order than they began.
            if let Some(found) = found.map(|stored| InForce::of(&stored.changes))
                && found.version >= known.in_force.version
            {
                known.in_force = Rc::new(found);
            }
        });
    }
    known()
}

/// The cache's word while it is fresh, else PostgreSQL's, else the cache's stale one.
async fn look(env: &Env, cx: &CallContext) -> Option<Stored> {
    // Nothing of the caller goes there.
    let cx = CallContext::system(cx.org.clone(), cx.trace.clone());
    let get = Get { key: KEY.to_owned() };
    let cached = ask_within(env, &cache_of(&cx.org), get, &cx, PATIENCE_MS).await.ok().flatten();
    let value = cached.as_ref().and_then(|cached| serde_json::from_str(cached.value.get()).ok());
    if cached.is_some_and(|cached| cached.fresh) && value.is_some() {
        return value;
    }
    match refresh(env, &cx).await {
        Ok(stored) => Some(stored),
        Err(_) => value,
    }
}
