//! The wasm side of every Durable Object class: what the platform calls, handed to the actor behind it.
//!
//! `entry.js` exports one class per actor kind; each wraps one [`Actor`]. A [`Seat`] is what an actor gets of its
//! object: database, sockets, alarm, environment.
//!
//! Architecture invariants: nothing an actor does may throw into the platform's alarm handler (a throwing alarm is
//! given up after seven tries); an actor's name comes with the call and is kept by the actor that needs it.

use std::cell::Cell;
use std::rc::Rc;

use futures::future::LocalBoxFuture;
use js_sys::Promise;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{Request, Response, ResponseInit, WebSocket};
use worker::Env;

use crate::domain::refusal::Refusal;
use crate::domain::time::Timestamp;
use crate::objects::clock;
use crate::objects::protocol::{Answer, CallContext, Contract, Envelope, Reply, Wire, read_upgrade};
#[cfg(feature = "fault-injection")]
use crate::objects::release;
use crate::objects::sockets::{Accepted, Sockets};
use crate::objects::sqlite::{Database, Schema, Storage};

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
pub struct Seat {
    /// The platform's id of the object, in hexadecimal.
    pub id: String,
    /// The Worker's environment.
    pub env: Env,
    /// The object's own SQLite.
    pub db: Database,
    /// The object's live viewers.
    pub sockets: Sockets,
    /// The object's one alarm.
    pub alarm: AlarmClock,
}

/// The object's one alarm, set to the earliest thing that is due.
pub struct AlarmClock {
    storage: AlarmStorage,
    armed_for: Cell<Option<Timestamp>>,
    /// Whether it was looked after since the actor woke.
    is_kept: Cell<bool>,
}

impl AlarmClock {
    fn new(storage: AlarmStorage) -> Self {
        AlarmClock { storage, armed_for: Cell::new(None), is_kept: Cell::new(false) }
    }

    /// Whether the alarm of an earlier life rings at `due` or earlier. To look costs no commit, as setting it anew would.
    async fn is_set_by(&self, due: Timestamp) -> bool {
        let Ok(promise) = self.storage.get_alarm() else { return false };
        let at = JsFuture::from(promise).await.ok().and_then(|at| at.as_f64());
        at.is_some_and(|at| at <= due.as_ms() as f64)
    }

    /// Whether it rings within `ms`, as far as this actor knows.
    pub fn rings_within(&self, ms: i64) -> bool {
        let now = clock::now();
        self.armed_for.get().is_some_and(|armed| armed > now && armed <= now.plus_ms(ms))
    }

    /// It rings: the platform has forgotten it.
    fn rings(&self) {
        self.is_kept.set(true);
        self.armed_for.set(None);
    }

    /// Makes sure that the alarm rings at `due` or earlier. Pass the earliest of all that the actor has to do: the
    /// platform keeps one alarm, and this one replaces it.
    ///
    /// Call it in the same turn as the write that made something due, so that both are committed together.
    pub fn ring_by(&self, due: Option<Timestamp>) {
        let Some(due) = due else { return };
        let soonest = clock::now().plus_ms(1);
        let at = due.max(soonest);
        if self.armed_for.get().is_some_and(|armed| armed >= soonest && armed <= at) {
            return;
        }
        match self.storage.set_alarm(at.as_ms() as f64) {
            Ok(_) => self.armed_for.set(Some(at)),
            Err(thrown) => worker::console_error!("the alarm could not be set: {thrown:?}"),
        }
    }
}

/// An actor: its contract's handlers, and what it does when it wakes.
pub trait Behaviour: Sized + 'static {
    /// The contract it keeps.
    type Contract: Contract;
    /// Its tables.
    const SCHEMA: Schema;

    /// Takes its seat. Runs again after an eviction or a trap: it may read, and must not write.
    fn wake(seat: Seat) -> Self;

    /// Answers one message; the contract's `dispatch`.
    fn answer(self: Rc<Self>, message: <Self::Contract as Contract>::Inbox, cx: CallContext) -> Answer<Wire>;

    /// Accepts a live viewer.
    fn watch(
        self: Rc<Self>,
        _watch: <Self::Contract as Contract>::Watch,
        _cx: CallContext,
    ) -> Result<Accepted, Refusal> {
        Err(Refusal::NotFound)
    }

    /// Does what is due.
    fn ring(self: Rc<Self>) -> LocalBoxFuture<'static, ()> {
        Box::pin(async {})
    }

    /// What the actor's seat is, for the host.
    fn seat(&self) -> &Seat;

    /// When something is due next, if anything is.
    fn next_due(&self) -> Option<Timestamp> {
        None
    }
}

/// A behaviour with its types erased, as the host holds it.
trait Erased {
    fn call(self: Rc<Self>, text: &str) -> Result<Answer<Wire>, Refusal>;
    fn connect(self: Rc<Self>, url: &str) -> Result<Accepted, Refusal>;
    fn alarm(self: Rc<Self>) -> LocalBoxFuture<'static, ()>;
    fn closed(&self, socket: &WebSocket);
}

struct Seated<B: Behaviour>(Rc<B>);

impl<B: Behaviour> Erased for Seated<B> {
    fn call(self: Rc<Self>, text: &str) -> Result<Answer<Wire>, Refusal> {
        #[cfg(feature = "fault-injection")]
        let text = &*release::read(text, release::of_object(&self.0.seat().id));
        keep_alarm(&self.0);
        let envelope: Envelope<<B::Contract as Contract>::Inbox> = serde_json::from_str(text).map_err(|error| {
            // Versions mix during a rollout: an unknown message is the newer side's to repeat.
            worker::console_error!("{} cannot read a message: {error}", B::Contract::BINDING);
            Refusal::unavailable(B::Contract::BINDING, 1)
        })?;
        Ok(self.0.clone().answer(envelope.message, envelope.cx.named(envelope.to)))
    }

    fn connect(self: Rc<Self>, url: &str) -> Result<Accepted, Refusal> {
        let upgrade = read_upgrade(url).ok_or(Refusal::NotFound)?;
        let accepted = self.0.clone().watch(upgrade.watch, upgrade.cx.named(upgrade.to))?;
        self.0.seat().alarm.ring_by(self.0.next_due());
        Ok(accepted)
    }

    fn alarm(self: Rc<Self>) -> LocalBoxFuture<'static, ()> {
        Box::pin(async move {
            self.0.seat().alarm.rings();
            self.0.clone().ring().await;
            self.0.seat().alarm.ring_by(self.0.next_due());
        })
    }

    fn closed(&self, socket: &WebSocket) {
        self.0.seat().sockets.closed(socket);
    }
}

/// The first call since the actor woke: what is due shall not depend on an alarm that nobody has seen being set.
fn keep_alarm<B: Behaviour>(actor: &Rc<B>) {
    if actor.seat().alarm.is_kept.replace(true) {
        return;
    }
    if let Some(due) = actor.next_due() {
        let actor = actor.clone();
        clock::in_background(async move {
            if !actor.seat().alarm.is_set_by(due).await {
                actor.seat().alarm.ring_by(actor.next_due());
            }
        });
    }
}

fn seated<B: Behaviour>(env: Env, ctx: ObjectState) -> Rc<dyn Erased> {
    let storage = ctx.storage();
    let seat = Seat {
        id: ctx.id().to_text(),
        env,
        db: Database::new(storage.clone(), B::SCHEMA),
        alarm: AlarmClock::new(storage.unchecked_into()),
        sockets: Sockets::new(ctx),
    };
    Rc::new(Seated(Rc::new(B::wake(seat))))
}

/// What `entry.js` holds for each object.
#[wasm_bindgen]
pub struct Actor(Rc<dyn Erased>);

#[wasm_bindgen]
impl Actor {
    /// Seats the actor of `kind`, one of the names in `entry.js`.
    ///
    /// # Errors
    /// When there is no such kind.
    #[wasm_bindgen(constructor)]
    pub fn new(kind: &str, ctx: ObjectState, env: Env) -> Result<Actor, JsValue> {
        Ok(Actor(match kind {
            "request" => seated::<super::request::RequestObject>(env, ctx),
            "session" => seated::<super::session::SessionObject>(env, ctx),
            "account" => seated::<super::account::AccountObject>(env, ctx),
            "log_stream" => seated::<super::log_stream::LogStreamObject>(env, ctx),
            "request_index" => seated::<super::request_index::RequestIndexObject>(env, ctx),
            "cache" => seated::<super::cache::CacheObject>(env, ctx),
            "database" => seated::<super::database::DatabaseObject>(env, ctx),
            unknown => return Err(JsValue::from_str(&format!("no actor is called {unknown}"))),
        }))
    }

    /// One call: text in, text (or a promise of it) out.
    pub fn call(&self, text: &str) -> JsValue {
        match self.0.clone().call(text).unwrap_or_else(|refusal| Answer::Ready(Err(refusal))) {
            Answer::Ready(reply) => on_the_wire(reply),
            Answer::Pending(work) => future_to_promise(async move { Ok(on_the_wire(work.await)) }).into(),
        }
    }

    /// A live viewer's upgrade; a refusal travels as the body of a 400.
    ///
    /// # Errors
    /// When the platform refuses to make a response.
    pub fn connect(&self, request: &Request) -> Result<Response, JsValue> {
        let init = ResponseInit::new();
        match self.0.clone().connect(&request.url()) {
            Ok(accepted) => accepted.into_response(),
            Err(refusal) => {
                init.set_status(400);
                let body = serde_json::to_string(&refusal).unwrap_or_default();
                Response::new_with_opt_str_and_init(Some(&body), &init)
            }
        }
    }

    /// The alarm rings.
    pub fn alarm(&self) -> Promise {
        let actor = self.0.clone();
        future_to_promise(async move {
            actor.alarm().await;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// A viewer said something: live sockets only carry events out, so what comes in is ignored. Pings are answered by
    /// the platform.
    pub fn socket_message(&self, _socket: &WebSocket, _message: &JsValue) {}

    /// A viewer left.
    pub fn socket_closed(&self, socket: &WebSocket, _code: f64) {
        self.0.closed(socket);
    }
}

fn on_the_wire(reply: Result<Wire, Refusal>) -> JsValue {
    let reply = reply.unwrap_or_else(|refusal| {
        serde_json::to_string(&Reply::<()>::Refused(refusal)).unwrap_or_else(|_| String::from("{}")).into()
    });
    #[cfg(feature = "fault-injection")]
    let reply = Wire { head: release::replied(reply.head, release::speaker()), ..reply };
    reply.whole().into_js().into()
}
