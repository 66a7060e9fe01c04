//! Live viewers: hibernating WebSockets, each with a note of who looks.
//!
//! The note travels in the socket's attachment (at most 2,048 bytes by our own rule), so it survives the object's
//! eviction. Pings are answered by the platform without waking the object.
//!
//! Architecture invariant: a socket outlives its session by [`RECHECK_MS`] at most; the actor's alarm calls
//! [`Sockets::drop_ended_sessions`].

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use js_sys::{Array, JsString};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Response, WebSocket};
use worker::Env;

use crate::domain::ids::OrgId;
use crate::domain::ids::SessionName;
use crate::domain::person::Caller;
use crate::domain::refusal::Refusal;
use crate::domain::time::Timestamp;
use crate::objects::clock;
use crate::objects::host::ObjectState;
use crate::objects::protocol::{CallContext, ask_within};
#[cfg(feature = "fault-injection")]
use crate::objects::release;
use crate::objects::session::api::{Check, SessionKey};

/// How long a viewer's session is trusted before it is asked for again, in milliseconds. DESIGN promises 60 s.
pub const RECHECK_MS: i64 = 30_000;

/// Close code for a session that has ended: policy violation, RFC 6455 section 7.4.1.
const SESSION_ENDED: u16 = 1008;

/// More viewers than this on one object are refused; the platform's own limit is 32,768.
const MOST_VIEWERS: u32 = 30_000;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(extends = ObjectState)]
    type SocketState;
    #[wasm_bindgen(method, catch, js_name = acceptWebSocket)]
    fn accept_web_socket(this: &SocketState, socket: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = getWebSockets)]
    fn get_web_sockets(this: &SocketState) -> Result<Array, JsValue>;
    #[wasm_bindgen(method, catch, js_name = setWebSocketAutoResponse)]
    fn set_auto_response(this: &SocketState, pair: &PingPong) -> Result<(), JsValue>;

    #[wasm_bindgen(js_name = WebSocketRequestResponsePair)]
    type PingPong;
    #[wasm_bindgen(constructor, js_class = "WebSocketRequestResponsePair")]
    fn new(request: &str, response: &str) -> PingPong;

    #[wasm_bindgen(js_name = WebSocketPair)]
    type Pair;
    #[wasm_bindgen(constructor, js_class = "WebSocketPair")]
    fn new() -> Pair;
    #[wasm_bindgen(method, structural, indexing_getter)]
    fn end(this: &Pair, index: u32) -> Socket;

    /// One end of a live connection.
    #[derive(Clone)]
    pub type Socket;
    #[wasm_bindgen(method, catch, js_name = send)]
    fn send_text(this: &Socket, text: &JsString) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn close(this: &Socket, code: u16, reason: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = serializeAttachment)]
    fn serialize_attachment(this: &Socket, note: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = deserializeAttachment)]
    fn deserialize_attachment(this: &Socket) -> Result<JsValue, JsValue>;

    type UpgradeInit;
    #[wasm_bindgen(method, setter)]
    fn set_status(this: &UpgradeInit, status: u16);
    #[wasm_bindgen(method, setter, js_name = webSocket)]
    fn set_web_socket(this: &UpgradeInit, socket: &Socket);

    #[wasm_bindgen(js_name = Response)]
    type UpgradeResponse;
    #[wasm_bindgen(constructor, catch, js_class = "Response")]
    fn new(body: &JsValue, init: &UpgradeInit) -> Result<UpgradeResponse, JsValue>;
}

/// Who looks through a socket.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Viewer {
    /// The organisation.
    pub org: OrgId,
    /// The signed-in user, with the role that the session had when it was last asked.
    pub caller: Caller,
    /// The session that must still hold.
    pub session: SessionName,
    /// When the session was last asked.
    pub checked_at: Timestamp,
    /// What the viewer asked to see, as the actor wrote it down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wish: Option<String>,
}

impl Viewer {
    /// The viewer of a call that came through the router's gate.
    ///
    /// # Errors
    /// `Unauthenticated` without a caller and a session.
    pub fn of(cx: &CallContext) -> Result<Self, Refusal> {
        let session = cx.session.clone().ok_or(Refusal::Unauthenticated)?;
        let (org, caller) = (cx.org.clone(), cx.require_caller()?.clone());
        Ok(Viewer { org, caller, session, checked_at: clock::now(), wish: None })
    }

    /// When the session is to be asked again, seen at `now`. A look later than now was made by a clock that went back.
    fn recheck_at(&self, now: Timestamp) -> Timestamp {
        if self.checked_at > now { now } else { self.checked_at.plus_ms(RECHECK_MS) }
    }

    /// The same viewer, who asked to see `wish`.
    pub fn wishing(self, wish: String) -> Self {
        Viewer { wish: Some(wish), ..self }
    }
}

impl Socket {
    /// Sends text, which the platform has as its own: for a thousand sockets it is converted once. A connection that is
    /// already gone is noticed by its close event.
    pub fn send(&self, text: &JsString) {
        let _gone = self.send_text(text);
    }

    fn viewer(&self) -> Option<Viewer> {
        serde_json::from_str(&self.deserialize_attachment().ok()?.as_string()?).ok()
    }

    fn note(&self, viewer: &Viewer) {
        if let Ok(text) = serde_json::to_string(viewer) {
            #[cfg(feature = "fault-injection")]
            let text = release::written(text);
            let _gone = self.serialize_attachment(&JsValue::from_str(&text));
        }
    }
}

/// A new viewer, its end not yet handed out.
pub struct Accepted {
    ours: Socket,
    theirs: Socket,
}

impl Accepted {
    /// The object's end, to replay on.
    pub fn socket(&self) -> &Socket {
        &self.ours
    }

    /// The upgrade response with the client's end in it.
    ///
    /// # Errors
    /// When the platform refuses it.
    pub fn into_response(self) -> Result<Response, JsValue> {
        let init: UpgradeInit = js_sys::Object::new().unchecked_into();
        init.set_status(101);
        init.set_web_socket(&self.theirs);
        Ok(UpgradeResponse::new(&JsValue::NULL, &init)?.unchecked_into())
    }
}

/// Everyone who looks at one object, as of a moment.
pub type Viewers = Rc<[(Socket, Viewer)]>;

/// The viewers of one object.
pub struct Sockets {
    state: SocketState,
    /// When the first session is to be asked again; unknown until looked at.
    recheck_at: Cell<Option<Option<Timestamp>>>,
    /// So many may come before they are counted again: a count goes through all of them.
    room: Cell<u32>,
    /// Everyone who looks, as long as nobody comes, goes or is asked about: a broadcast then reads no note.
    known: RefCell<Option<Viewers>>,
}

impl Sockets {
    pub(super) fn new(ctx: ObjectState) -> Self {
        Sockets {
            state: ctx.unchecked_into(),
            recheck_at: Cell::new(None),
            room: Cell::new(0),
            known: RefCell::new(None),
        }
    }

    /// Accepts a viewer.
    ///
    /// # Errors
    /// `TooManyAttempts` when the object has all the viewers it can serve; `Unavailable` when the platform refuses.
    pub fn accept(&self, viewer: &Viewer) -> Result<Accepted, Refusal> {
        let refused = |thrown: JsValue| {
            worker::console_error!("a socket was refused: {thrown:?}");
            Refusal::unavailable("live updates", 1)
        };
        if self.room.get() == 0 {
            let there = self.state.get_web_sockets().map_err(refused)?.length();
            self.room.set(MOST_VIEWERS.saturating_sub(there));
        }
        let room = self.room.get().checked_sub(1).ok_or(Refusal::TooManyAttempts { retry_after_s: 60 })?;
        self.room.set(room);
        self.state.set_auto_response(&PingPong::new("ping", "pong")).map_err(refused)?;
        let pair = Pair::new();
        let (theirs, ours) = (pair.end(0), pair.end(1));
        self.state.accept_web_socket(&ours).map_err(refused)?;
        ours.note(viewer);
        self.known.take();
        // The others need not be looked at for it.
        if let Some(known) = self.recheck_at.get() {
            let due = viewer.checked_at.plus_ms(RECHECK_MS);
            self.recheck_at.set(Some(Some(known.map_or(due, |known| known.min(due)))));
        }
        Ok(Accepted { ours, theirs })
    }

    /// Everyone who looks.
    pub fn viewers(&self) -> Viewers {
        let mut known = self.known.borrow_mut();
        if known.is_none() {
            // Nobody is remembered as absent because the platform did not say.
            let Ok(sockets) = self.state.get_web_sockets() else { return Viewers::default() };
            *known = Some(noted(&sockets).collect());
        }
        known.clone().unwrap_or_default()
    }

    /// As [`Sockets::viewers`], for who looks seldom: nothing is remembered for the next time.
    fn read(&self) -> Vec<(Socket, Viewer)> {
        self.state.get_web_sockets().map_or_else(|_| Vec::new(), |sockets| noted(&sockets).collect())
    }

    /// How many look.
    pub fn count(&self) -> u32 {
        self.state.get_web_sockets().map_or(0, |sockets| sockets.length())
    }

    pub(super) fn closed(&self, _socket: &WebSocket) {
        // The platform answers the close by itself (compatibility date after 2026-04-07).
        self.recheck_at.set(None);
        self.known.take();
    }

    /// When the first session is to be asked again.
    pub fn next_due(&self) -> Option<Timestamp> {
        let now = clock::now();
        match self.recheck_at.get() {
            Some(Some(known)) if known > now.plus_ms(RECHECK_MS) => {}
            Some(known) => return known,
            None => {}
        }
        let due = self.read().iter().map(|(_, viewer)| viewer.recheck_at(now)).min();
        self.recheck_at.set(Some(due));
        due
    }

    /// Asks again for the sessions that were trusted long enough, each once, and closes the sockets of those that have
    /// ended. A session that cannot be asked just now is asked at the next ring.
    pub async fn drop_ended_sessions(&self, env: &Env) {
        let now = clock::now();
        if self.next_due().is_none_or(|due| due > now) {
            return;
        }
        let mut by_session: HashMap<String, Vec<(Socket, Viewer)>> = HashMap::new();
        for (socket, viewer) in self.read() {
            if viewer.recheck_at(now) <= now {
                by_session.entry(viewer.session.to_string()).or_default().push((socket, viewer));
            }
        }
        let checks = by_session.into_values().map(|sockets| recheck(env, sockets));
        futures::future::join_all(checks).await;
        self.recheck_at.set(None);
        self.known.take();
    }
}

/// The sockets with their notes; one whose note cannot be read is nobody's.
fn noted(sockets: &Array) -> impl Iterator<Item = (Socket, Viewer)> {
    let sockets = sockets.iter().map(JsCast::unchecked_into::<Socket>);
    sockets.filter_map(|socket| socket.viewer().map(|viewer| (socket, viewer)))
}

async fn recheck(env: &Env, sockets: Vec<(Socket, Viewer)>) {
    let Some((_, viewer)) = sockets.first() else { return };
    let key = SessionKey { org: viewer.org.clone(), session: viewer.session.clone() };
    let cx = CallContext::system(viewer.org.clone(), clock::trace());
    let held = ask_within(env, &key, Check {}, &cx, 5_000).await;
    for (socket, mut viewer) in sockets {
        match &held {
            Ok(session) if session.caller.role == viewer.caller.role => {
                viewer.checked_at = clock::now();
                socket.note(&viewer);
            }
            Ok(_) | Err(Refusal::Unauthenticated) => {
                let _gone = socket.close(SESSION_ENDED, "session ended");
            }
            Err(_) => {}
        }
    }
}
