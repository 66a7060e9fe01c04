//! A news desk: a headline is seen at once by everyone who looks, and reaches the archive without loss and in order.
//!
//! What examples/guestbook.rs does not need: an outbox with its alarm, live sockets, and the entry of the wasm module.

use std::rc::Rc;

use base::refusal::Refusal;
use base::time::Timestamp;
use base::words;
use durable::outbox::{self, Deliver, Failure, Outbox, SeqRange, flush};
use durable::sockets::{Accepted, Note, Socket, Sockets};
use durable::{Answer, CALL_LIMIT_MS, Context, Database, Key, Object, Schema, State, Wire, ask_within, clock};
use futures::future::LocalBoxFuture;
use js_sys::JsString;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::wasm_bindgen;

/// Names the one desk, and the one archive.
pub struct Only;

impl Key for Only {
    fn name(&self) -> String {
        "only".to_owned()
    }
    fn parse(name: &str) -> Option<Self> {
        (name == "only").then_some(Only)
    }
}

/// What every call carries; here nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Call {}

impl Context for Call {
    fn at(self, _object: String) -> Self {
        self
    }
    fn is_repeatable(&self) -> bool {
        false
    }
}

/// What the desk takes.
pub mod desk {
    use super::{Call, Only};
    use serde::{Deserialize, Serialize};

    durable::actor_api! {
        /// The desk.
        actor Desk { binding: "DESK", context: Call, key: Only, watch: Watch }

        /// Publishes a headline; its number. `TooLarge` past 400 bytes.
        publish(Publish) -> i64;
    }

    /// See [`Handler::publish`].
    #[derive(Debug, Serialize, Deserialize)]
    pub struct Publish {
        /// The headline.
        pub text: String,
    }

    /// What a live viewer asks for.
    #[derive(Debug, Serialize, Deserialize)]
    pub struct Watch {
        /// The number of the last headline that the viewer has.
        pub after: i64,
    }
}

/// What the archive takes: another actor, which is not shown.
pub mod archive {
    use super::{Call, Only};
    use serde::{Deserialize, Serialize};

    durable::actor_api! {
        /// The archive.
        actor Archive { binding: "ARCHIVE", context: Call, key: Only, watch: () }

        /// Keeps headlines. One that it has is no error: what was delivered may be delivered again.
        keep(Keep) -> ();
    }

    /// See [`Handler::keep`].
    #[derive(Debug, Serialize, Deserialize)]
    pub struct Keep {
        /// Numbers and texts, oldest first.
        pub headlines: Vec<(i64, String)>,
    }
}

words! {
    /// Whom headlines are owed to.
    pub enum Destination: "destination" {
        /// The archive.
        Archive = "archive",
    }
}

impl outbox::Destination for Destination {
    const ALL: &'static [Self] = Self::ALL;
}

/// Who looks through a socket.
#[derive(Serialize, Deserialize)]
pub struct Viewer {
    since: Timestamp,
}

/// How long anybody may look, in milliseconds.
const HOUR_MS: i64 = 60 * 60 * 1_000;

impl Note for Viewer {
    fn trusted_until(&self, _now: Timestamp) -> Timestamp {
        self.since.plus_ms(HOUR_MS)
    }
}

/// The longest headline in bytes: as many as are delivered at once (1,000) then stay below `outbox::MOST_BYTES`.
const LONGEST: usize = 400;

/// Nothing is ever deleted here, so the numbers have no gaps: an outbox wants that.
const HEADLINES: &str = "CREATE TABLE headline (seq INTEGER PRIMARY KEY, text TEXT NOT NULL)";

const BEHIND: &str = "SELECT seq, text FROM headline WHERE seq > ? ORDER BY seq LIMIT ?";
/// What SQLite takes for no limit.
const NO_LIMIT: i64 = -1;

/// The desk.
pub struct NewsDesk {
    state: State,
    sockets: Sockets<Viewer>,
    outbox: Outbox<Destination>,
}

impl NewsDesk {
    /// Headlines behind a number, oldest first; so many at most.
    fn behind(&self, seq: i64, most: i64) -> Result<Vec<(i64, String)>, Refusal> {
        let rows = self.state.db.rows(BEHIND, &[&seq, &most])?;
        Ok(rows.iter().map(|row| (row.int(0), row.text(1))).collect())
    }

    fn write(self: &Rc<Self>, text: &str) -> Result<i64, Refusal> {
        if text.len() > LONGEST {
            return Err(Refusal::TooLarge { limit_bytes: LONGEST as u64 });
        }
        let seq = self.outbox.atomically(&self.state.db, |write, offsets| {
            let rows = write.rows("INSERT INTO headline (text) VALUES (?) RETURNING seq", &[&text])?;
            let seq = rows.first().ok_or(Refusal::Internal)?.int(0);
            offsets.owe(&[Destination::Archive], seq, clock::now());
            Ok::<_, Refusal>(seq)
        })?;
        self.state.alarm.set_by(self.next_due());
        let news = JsString::from(said(seq, text));
        self.sockets.viewers().iter().for_each(|(socket, _)| socket.send(&news));
        clock::in_background(self.clone().push());
        Ok(seq)
    }

    async fn push(self: Rc<Self>) {
        flush(&*self, Destination::Archive).await;
        self.outbox.keep(&self.state.db, &self.state.alarm);
        self.state.alarm.set_by(self.next_due());
    }
}

fn said(seq: i64, text: &str) -> String {
    serde_json::json!({ "seq": seq, "text": text }).to_string()
}

impl Deliver for NewsDesk {
    type Destination = Destination;

    fn outbox(&self) -> &Outbox<Destination> {
        &self.outbox
    }
    fn database(&self) -> &Database {
        &self.state.db
    }

    async fn deliver(&self, _: Destination, range: SeqRange) -> Result<SeqRange, Failure> {
        let headlines = self.behind(range.first - 1, range.last - range.first + 1)?;
        let keep = archive::Keep { headlines };
        ask_within(&self.state.env, &Only, keep, &Call {}, CALL_LIMIT_MS).await?;
        Ok(range)
    }
}

impl Object for NewsDesk {
    type Contract = desk::Desk;
    const SCHEMA: Schema = Schema::first(&[HEADLINES, outbox::TABLES]);

    fn start(state: State) -> Self {
        NewsDesk { sockets: Sockets::new(&state), outbox: Outbox::default(), state }
    }
    fn answer(self: Rc<Self>, message: desk::Inbox, cx: Call) -> Answer<Wire> {
        desk::dispatch(self, message, cx)
    }
    fn state(&self) -> &State {
        &self.state
    }

    fn watch(self: Rc<Self>, watch: desk::Watch, _: Call) -> Result<Accepted, Refusal> {
        let missed = self.behind(watch.after, NO_LIMIT)?;
        let accepted = self.sockets.accept(&Viewer { since: clock::now() })?;
        // All of this is one turn of the object: no headline comes in between, and none comes twice.
        missed.iter().for_each(|(seq, text)| accepted.socket().send(&said(*seq, text).into()));
        Ok(accepted)
    }
    fn viewer_left(&self) {
        self.sockets.changed();
    }

    fn alarm(self: Rc<Self>) -> LocalBoxFuture<'static, ()> {
        Box::pin(async move {
            self.clone().push().await;
            let end = |(socket, _): &(Socket, Viewer)| socket.end(1000, "an hour is over");
            self.sockets.recheck(HOUR_MS, async |due| due.iter().for_each(end)).await;
        })
    }
    fn next_due(&self) -> Option<Timestamp> {
        [self.outbox.next_due(&self.state.db), self.sockets.next_due(HOUR_MS)].into_iter().flatten().min()
    }
}

impl desk::Handler for NewsDesk {
    fn publish(self: Rc<Self>, message: desk::Publish, _: Call) -> Answer<i64> {
        self.write(&message.text).into()
    }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = durable_trapped)]
    fn trapped(reason: &str);
}

/// Runs once per wasm instance, before anything else.
#[wasm_bindgen]
pub fn begin() {
    // A panic is told to js/life.js before it becomes a trap.
    std::panic::set_hook(Box::new(|panic| trapped(&panic.to_string())));
    // Only js/life.js starts another instance: the handler that `worker` has set would do it unseen.
    wasm_bindgen::handler::set_on_abort(|| ());
    durable::register::<NewsDesk>("NewsDesk");
}
