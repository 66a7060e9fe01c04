//! The settings in force, as this isolate knows them.
//!
//! What was looked up is good for 4 seconds (`SETTINGS_KEPT_S`); then the next call looks again, in the cache `settings`, beside
//! asking its session, so that no call takes a hop more for it. A change is put into the cache before it is answered, and
//! `jobs::settings` puts it there once a minute: so a change is in force everywhere within those seconds of its answer, and within
//! a minute should its Worker die between the two. While PostgreSQL and the cache are away, what is known stays.

use std::cell::RefCell;
use std::rc::Rc;

use base::time::Timestamp;
use worker::Env;

use crate::domain::settings::InForce;
use crate::objects::context::CallContext;
use crate::objects::settings::look;
use crate::router::config::Config;

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

/// What is known at `now`, looked up where that was too long ago.
pub async fn current(env: &Env, config: &Config, cx: &CallContext, now: Timestamp) -> Rc<InForce> {
    let kept = 0..config.settings_kept_ms;
    let is_young = |known: &Known| known.looked_at.is_some_and(|at| kept.contains(&now.ms_since(at)));
    if !KNOWN.with_borrow(is_young) {
        let found = look(env, cx).await;
        KNOWN.with_borrow_mut(|known| known.looked_at = Some(now));
        if let Some(found) = found {
            learn(found);
        }
    }
    known()
}

/// What was found, or has just been changed here, is known from now on.
pub fn learn(found: InForce) {
    KNOWN.with_borrow_mut(|known| {
        // Two look-ups may end in another order than they began.
        if found.version >= known.in_force.version {
            known.in_force = Rc::new(found);
        }
    });
}
