//! The wasm side of every Durable Object class: what the platform calls, handed to the actor behind it.
//!
//! `js/actor.js` makes a class per actor; each of its instances wraps one [`Host`]. Which actor that is, a product
//! [`register`]s by the class's name.
//!
//! Architecture invariants: nothing an actor does may throw into the platform's alarm handler (a throwing alarm is
//! given up after seven tries); an actor's name comes with the call and is kept by the actor that needs it.

use std::cell::RefCell;
use std::rc::Rc;

use base::refusal::Refusal;
use base::time::Timestamp;
use futures::future::LocalBoxFuture;
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::future_to_promise;
use web_sys::{Request, Response, ResponseInit, WebSocket};
use worker::Env;

use crate::clock;
use crate::contract::{Answer, Context, Contract, Envelope};
#[cfg(feature = "fault-injection")]
use crate::release;
use crate::sockets::Accepted;
use crate::sqlite::Schema;
use crate::state::{ObjectState, State};
use crate::upgrade::read_upgrade;
use crate::wire::Wire;

/// The context of an actor's calls.
type ContextOf<A> = <<A as Object>::Contract as Contract>::Context;

/// An actor: its contract's handlers, and what it does when it starts.
pub trait Object: Sized + 'static {
    /// The contract it keeps.
    type Contract: Contract;
    /// Its tables.
    const SCHEMA: Schema;

    /// Starts in its object. Runs again after an eviction or a trap: it may read, and must not write.
    fn start(state: State) -> Self;

    /// Answers one message; the contract's `dispatch`.
    fn answer(self: Rc<Self>, message: <Self::Contract as Contract>::Inbox, cx: ContextOf<Self>) -> Answer<Wire>;

    /// Accepts a live viewer.
    ///
    /// # Errors
    /// `NotFound` where there is nothing to see.
    fn watch(
        self: Rc<Self>,
        _watch: <Self::Contract as Contract>::Watch,
        _cx: ContextOf<Self>,
    ) -> Result<Accepted, Refusal> {
        Err(Refusal::NotFound)
    }

    /// A live viewer has left.
    fn viewer_left(&self) {}

    /// Does what is due: the alarm has gone off.
    fn alarm(self: Rc<Self>) -> LocalBoxFuture<'static, ()> {
        Box::pin(async {})
    }

    /// What the actor got of its object.
    fn state(&self) -> &State;

    /// When something is due next, if anything is.
    fn next_due(&self) -> Option<Timestamp> {
        None
    }
}

/// An actor with its types erased, as the host holds it.
trait Hosted {
    fn call(self: Rc<Self>, text: &str) -> Result<Answer<Wire>, Refusal>;
    fn connect(self: Rc<Self>, url: &str) -> Result<Accepted, Refusal>;
    fn alarm(self: Rc<Self>) -> LocalBoxFuture<'static, ()>;
    fn closed(&self);
}

struct Running<A: Object>(Rc<A>);

impl<A: Object> Hosted for Running<A> {
    fn call(self: Rc<Self>, text: &str) -> Result<Answer<Wire>, Refusal> {
        #[cfg(feature = "fault-injection")]
        let text = &*release::read(text, release::of_object(&self.0.state().id));
        keep_alarm(&self.0);
        let envelope: Envelope<<A::Contract as Contract>::Inbox, ContextOf<A>> =
            base::json::from_str(text).map_err(|error| {
                // Versions mix during a rollout: an unknown message is the newer side's to repeat.
                worker::console_error!("{} cannot read a message: {error}", A::Contract::BINDING);
                Refusal::unavailable(A::Contract::BINDING, 1)
            })?;
        Ok(self.0.clone().answer(envelope.message, envelope.cx.at(envelope.to)))
    }

    fn connect(self: Rc<Self>, url: &str) -> Result<Accepted, Refusal> {
        let upgrade = read_upgrade::<_, ContextOf<A>>(url).ok_or(Refusal::NotFound)?;
        let accepted = self.0.clone().watch(upgrade.watch, upgrade.cx.at(upgrade.to))?;
        self.0.state().alarm.set_by(self.0.next_due());
        Ok(accepted)
    }

    fn alarm(self: Rc<Self>) -> LocalBoxFuture<'static, ()> {
        Box::pin(async move {
            self.0.state().alarm.went_off();
            self.0.clone().alarm().await;
            self.0.state().alarm.set_by(self.0.next_due());
        })
    }

    fn closed(&self) {
        self.0.viewer_left();
    }
}

/// The first call since the actor started: what is due shall not depend on an alarm that nobody has seen being set.
fn keep_alarm<A: Object>(actor: &Rc<A>) {
    if actor.state().alarm.was_kept() {
        return;
    }
    if let Some(due) = actor.next_due() {
        let actor = actor.clone();
        clock::in_background(async move {
            if !actor.state().alarm.is_set_by(due).await {
                actor.state().alarm.set_by(actor.next_due());
            }
        });
    }
}

type Start = fn(Env, ObjectState) -> Rc<dyn Hosted>;

thread_local! {
    static ACTORS: RefCell<Vec<(&'static str, Start)>> = const { RefCell::new(Vec::new()) };
}

/// Makes `A` the actor behind the Durable Object class of this name. To be done once per wasm instance, before anything else.
pub fn register<A: Object>(class: &'static str) {
    fn start<A: Object>(env: Env, ctx: ObjectState) -> Rc<dyn Hosted> {
        Rc::new(Running(Rc::new(A::start(State::new(env, ctx, A::SCHEMA)))))
    }
    ACTORS.with_borrow_mut(|actors| {
        actors.retain(|(known, _)| *known != class);
        actors.push((class, start::<A>));
    });
}

/// What `js/actor.js` holds for each object.
#[wasm_bindgen]
pub struct Host(Rc<dyn Hosted>);

#[wasm_bindgen]
impl Host {
    /// Starts the actor of a class.
    ///
    /// # Errors
    /// When no actor was registered for it.
    #[wasm_bindgen(constructor)]
    pub fn new(class: &str, ctx: ObjectState, env: Env) -> Result<Host, JsValue> {
        let start =
            ACTORS.with_borrow(|actors| actors.iter().find(|(known, _)| *known == class).map(|(_, start)| *start));
        match start {
            Some(start) => Ok(Host(start(env, ctx))),
            None => Err(JsValue::from_str(&format!("no actor is registered for {class}"))),
        }
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

    /// The alarm goes off.
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

    /// A viewer left. `js/actor.js` has answered its close.
    pub fn socket_closed(&self) {
        self.0.closed();
    }
}

fn on_the_wire(reply: Result<Wire, Refusal>) -> JsValue {
    let reply = reply.unwrap_or_else(Wire::refused);
    #[cfg(feature = "fault-injection")]
    let reply = Wire { head: release::replied(reply.head, release::speaker()), ..reply };
    reply.whole().into_js().into()
}
