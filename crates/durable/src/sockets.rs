//! Live viewers: hibernating WebSockets, each with a note of who looks.
//!
//! The note travels in the socket's attachment (at most 2,048 bytes by our own rule), so it survives the object's
//! eviction. Pings are answered by the platform without waking the object, and a close by `js/actor.js`.
//!
//! A note says until when its viewer is trusted ([`Note::trusted_until`]); the actor's alarm calls [`Sockets::recheck`] for those who are due.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use base::refusal::Refusal;
use base::time::Timestamp;
use js_sys::{Array, JsString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Response;

use crate::clock;
#[cfg(feature = "fault-injection")]
use crate::release;
use crate::state::{ObjectState, State};

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

/// What is kept of who looks through a socket.
pub trait Note: Serialize + DeserializeOwned + 'static {
    /// Until when the viewer is trusted, seen at `now`.
    fn trusted_until(&self, now: Timestamp) -> Timestamp;
}

impl Socket {
    /// Closes the socket with a code of RFC 6455 section 7.4 and a reason.
    pub fn end(&self, code: u16, reason: &str) {
        let _gone = self.close(code, reason);
    }

    /// Sends text, which the platform has as its own: for a thousand sockets it is converted once. A connection that is
    /// already gone is noticed by its close event.
    pub fn send(&self, text: &JsString) {
        let _gone = self.send_text(text);
    }

    fn read<N: Note>(&self) -> Option<N> {
        base::json::from_str(&self.deserialize_attachment().ok()?.as_string()?).ok()
    }

    /// Keeps a note of who looks.
    pub fn note<N: Note>(&self, note: &N) {
        if let Ok(text) = serde_json::to_string(note) {
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
pub type Viewers<N> = Rc<[(Socket, N)]>;

/// The viewers of one object.
pub struct Sockets<N> {
    ctx: SocketState,
    /// Until when everyone is trusted; unknown until looked at.
    due: Cell<Option<Option<Timestamp>>>,
    /// So many may come before they are counted again: a count goes through all of them.
    room: Cell<u32>,
    /// Everyone who looks, as long as nobody comes, goes or is asked about: a broadcast then reads no note.
    known: RefCell<Option<Viewers<N>>>,
}

impl<N: Note> Sockets<N> {
    /// The viewers of the object that `state` is of.
    pub fn new(state: &State) -> Self {
        let ctx = state.ctx.clone().unchecked_into();
        Sockets { ctx, due: Cell::new(None), room: Cell::new(0), known: RefCell::new(None) }
    }

    /// Accepts a viewer.
    ///
    /// # Errors
    /// `TooManyAttempts` when the object has all the viewers it can serve; `Unavailable` when the platform refuses.
    pub fn accept(&self, note: &N) -> Result<Accepted, Refusal> {
        let refused = |thrown: JsValue| {
            worker::console_error!("a socket was refused: {thrown:?}");
            Refusal::unavailable("live updates", 1)
        };
        if self.room.get() == 0 {
            let there = self.ctx.get_web_sockets().map_err(refused)?.length();
            self.room.set(MOST_VIEWERS.saturating_sub(there));
        }
        let room = self.room.get().checked_sub(1).ok_or(Refusal::TooManyAttempts { retry_after_s: 60 })?;
        self.room.set(room);
        self.ctx.set_auto_response(&PingPong::new("ping", "pong")).map_err(refused)?;
        let pair = Pair::new();
        let (theirs, ours) = (pair.end(0), pair.end(1));
        self.ctx.accept_web_socket(&ours).map_err(refused)?;
        ours.note(note);
        self.known.take();
        // The others need not be looked at for it.
        if let Some(known) = self.due.get() {
            let due = note.trusted_until(clock::now());
            self.due.set(Some(Some(known.map_or(due, |known| known.min(due)))));
        }
        Ok(Accepted { ours, theirs })
    }

    /// Everyone who looks.
    pub fn viewers(&self) -> Viewers<N> {
        let mut known = self.known.borrow_mut();
        if known.is_none() {
            // Nobody is remembered as absent because the platform did not say.
            let Ok(sockets) = self.ctx.get_web_sockets() else { return Rc::from([]) };
            *known = Some(noted(&sockets).collect());
        }
        known.clone().unwrap_or_else(|| Rc::from([]))
    }

    /// As [`Sockets::viewers`], for who looks seldom: nothing is remembered for the next time.
    fn read(&self) -> Vec<(Socket, N)> {
        self.ctx.get_web_sockets().map_or_else(|_| Vec::new(), |sockets| noted(&sockets).collect())
    }

    /// How many look.
    pub fn count(&self) -> u32 {
        self.ctx.get_web_sockets().map_or(0, |sockets| sockets.length())
    }

    /// Somebody has come, left or been noted anew: everyone is looked at again next time.
    pub fn changed(&self) {
        self.due.set(None);
        self.known.take();
    }

    /// Until when everyone is trusted; `longest_ms` is the longest that anybody is.
    pub fn next_due(&self, longest_ms: i64) -> Option<Timestamp> {
        let now = clock::now();
        match self.due.get() {
            // It was said by a clock that has gone back since.
            Some(Some(known)) if known > now.plus_ms(longest_ms) => {}
            Some(known) => return known,
            None => {}
        }
        let due = self.read().iter().map(|(_, note)| note.trusted_until(now)).min();
        self.due.set(Some(due));
        due
    }

    /// Hands those who are trusted no longer to `check`, which notes them anew, or ends their sockets.
    pub async fn recheck(&self, longest_ms: i64, check: impl AsyncFnOnce(Vec<(Socket, N)>)) {
        let now = clock::now();
        if self.next_due(longest_ms).is_none_or(|due| due > now) {
            return;
        }
        let due = self.read().into_iter().filter(|(_, note)| note.trusted_until(now) <= now).collect();
        check(due).await;
        self.changed();
    }
}

/// The sockets with their notes; one whose note cannot be read is nobody's.
fn noted<N: Note>(sockets: &Array) -> impl Iterator<Item = (Socket, N)> {
    let sockets = sockets.iter().map(JsCast::unchecked_into::<Socket>);
    sockets.filter_map(|socket| socket.read().map(|note| (socket, note)))
}
