//! What an actor gets of its object: its id, its database, its one alarm, the environment.

use std::cell::Cell;

use base::time::Timestamp;
use js_sys::Promise;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use worker::Env;

use crate::clock;
use crate::sqlite::{Database, Schema, Storage};

#[wasm_bindgen]
extern "C" {
    /// `ctx` of a Durable Object.
    #[derive(Clone)]
    pub type ObjectState;
    #[wasm_bindgen(method, getter)]
    fn storage(this: &ObjectState) -> Storage;
    #[wasm_bindgen(method, getter)]
    fn id(this: &ObjectState) -> ObjectId;

    /// The platform's id of one object.
    type ObjectId;
    #[wasm_bindgen(method, js_name = toString)]
    fn to_text(this: &ObjectId) -> String;

    #[wasm_bindgen(method, catch, js_name = setAlarm)]
    fn set_alarm(this: &AlarmStorage, at_ms: f64) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = getAlarm)]
    fn get_alarm(this: &AlarmStorage) -> Result<Promise, JsValue>;
    /// `ctx.storage`, seen as the keeper of the alarm.
    type AlarmStorage;
}

/// What an actor gets of its object.
pub struct State {
    /// The platform's id of the object, in hexadecimal.
    pub id: String,
    /// The Worker's environment.
    pub env: Env,
    /// The object's own SQLite.
    pub db: Database,
    /// The object's one alarm.
    pub alarm: Alarm,
    pub(crate) ctx: ObjectState,
}

impl State {
    pub(crate) fn new(env: Env, ctx: ObjectState, schema: Schema) -> Self {
        let storage = ctx.storage();
        State {
            id: ctx.id().to_text(),
            env,
            db: Database::new(storage.clone(), schema),
            alarm: Alarm::new(storage.unchecked_into()),
            ctx,
        }
    }
}

/// The object's one alarm, set to the earliest thing that is due.
pub struct Alarm {
    storage: AlarmStorage,
    set_for: Cell<Option<Timestamp>>,
    /// Whether it was looked after since the actor started.
    is_kept: Cell<bool>,
}

impl Alarm {
    fn new(storage: AlarmStorage) -> Self {
        Alarm { storage, set_for: Cell::new(None), is_kept: Cell::new(false) }
    }

    /// Whether the alarm of an earlier life goes off at `due` or earlier. To look costs no commit, as setting it anew would.
    pub(crate) async fn is_set_by(&self, due: Timestamp) -> bool {
        let Ok(promise) = self.storage.get_alarm() else { return false };
        let at = JsFuture::from(promise).await.ok().and_then(|at| at.as_f64());
        at.is_some_and(|at| at <= due.as_ms() as f64)
    }

    /// Whether it goes off within `ms`, as far as this actor knows.
    pub fn is_set_within(&self, ms: i64) -> bool {
        let now = clock::now();
        self.set_for.get().is_some_and(|set_for| set_for > now && set_for <= now.plus_ms(ms))
    }

    /// Whether it was looked after before; from now on it was.
    pub(crate) fn was_kept(&self) -> bool {
        self.is_kept.replace(true)
    }

    /// It goes off: the platform has forgotten it.
    pub(crate) fn went_off(&self) {
        self.is_kept.set(true);
        self.set_for.set(None);
    }

    /// Makes sure that the alarm goes off at `due` or earlier. Pass the earliest of all that the actor has to do: the
    /// platform keeps one alarm, and this one replaces it.
    ///
    /// Call it in the same turn as the write that made something due, so that both are committed together.
    pub fn set_by(&self, due: Option<Timestamp>) {
        let Some(due) = due else { return };
        let soonest = clock::now().plus_ms(1);
        let at = due.max(soonest);
        if self.set_for.get().is_some_and(|set_for| set_for >= soonest && set_for <= at) {
            return;
        }
        match self.storage.set_alarm(at.as_ms() as f64) {
            Ok(_) => self.set_for.set(Some(at)),
            Err(thrown) => worker::console_error!("the alarm could not be set: {thrown:?}"),
        }
    }
}
