//! The SessionObject: one signed-in session, and the only one who knows whether it holds.
//!
//! It owns the session's row: whose it is, until when it holds ([`term`]), and whether it was ended. The row in memory is a
//! cache of the one in SQLite. `seen` is on the way of every request: it reads memory, and writes at most once a minute.
//! That write is also what stops a copy of this object that the platform has replaced.
//!
//! Architecture invariants: an end is final, whatever ended it; checking or ending a session that was never opened
//! leaves no storage behind; an ended session keeps nothing about whose it was.

pub mod api;
mod key;
mod store;

use std::cell::RefCell;
use std::rc::Rc;

use base::ids::SessionName;
use base::refusal::Refusal;
use base::time::Timestamp;
use durable::{Answer, CALL_LIMIT_MS, Key, Object, Schema, State, Wire, ask_within, clock};
use futures::future::LocalBoxFuture;

use crate::domain::factor::Method;
use crate::domain::session::Term;
use crate::domain::user::PersonName;
use crate::objects::account::api::{AccountKey, Closed};
use crate::objects::context::CallContext;
use api::{
    Check, Holds, Inbox, LiveSession, Open, OpenKey, Proved, Rekeyed, Renamed, Revoke, SessionKey, Shorten, Used,
};
use store::{Session, Stored};

/// So long after its absolute limit a session is forgotten, in milliseconds: a day. No token of it is valid any more, so
/// that an unknown session and an ended one are the same.
const KEPT_AFTER_END_MS: i64 = 24 * 60 * 60 * 1_000;

/// When something failed in the alarm, it is tried again after this long, in milliseconds.
const RETRY_MS: i64 = 60_000;

/// The longest name of a browser that is kept, in characters.
const USER_AGENT_CHARS: usize = 200;

/// The longest network address that is kept, in characters; IPv6 needs 45.
const ADDRESS_CHARS: usize = 64;

/// One session.
pub struct SessionObject {
    state: State,
    /// What SQLite has: not read yet, nothing, or this row.
    known: RefCell<Option<Option<Stored>>>,
}

impl SessionObject {
    /// Runs `work` on the row, reading it first where that has not been done.
    fn with_row<T>(&self, work: impl FnOnce(&mut Option<Stored>) -> Result<T, Refusal>) -> Result<T, Refusal> {
        let mut known = self.known.borrow_mut();
        match known.as_mut() {
            Some(row) => work(row),
            None => work(known.insert(store::load(&self.state.db)?)),
        }
    }

    fn begin(&self, message: Open, cx: &CallContext) -> Result<LiveSession, Refusal> {
        let session = Session {
            name: cx.own_key::<SessionKey>()?.name(),
            caller: message.caller,
            login: message.login,
            methods: message.methods,
            proved_at: message.proved_at,
            user_agent: message.user_agent.chars().take(USER_AGENT_CHARS).collect(),
            address: message.address.chars().take(ADDRESS_CHARS).collect(),
            term: if message.stays {
                Term::staying(clock::now(), message.limits)
            } else {
                Term::starting(clock::now(), message.limits)
            },
            key: None,
        };
        self.insert(session, cx)
    }

    fn insert(&self, session: Session, cx: &CallContext) -> Result<LiveSession, Refusal> {
        let key: SessionKey = cx.own_key()?;
        self.with_row(|row| {
            if row.is_some() {
                // An id is random and used once: whoever opens it again has not made it himself.
                return Err(Refusal::conflict("already_exists", "This session was opened before."));
            }
            self.state.db.atomically(|write| store::insert(write, &session))?;
            let held = live(&session, key.session);
            self.state.alarm.set_by(Some(held.expires_at));
            *row = Some(Stored::Open(session));
            Ok(held)
        })
    }

    fn seen(&self, cx: &CallContext) -> Result<LiveSession, Refusal> {
        let now = clock::now();
        let key: SessionKey = cx.own_key()?;
        self.with_row(|row| {
            let Some(Stored::Open(session)) = row else { return Err(Refusal::Unauthenticated) };
            if !session.term.holds(now) {
                return Err(Refusal::Unauthenticated);
            }
            if let Some(used) = session.term.used(now) {
                self.state.db.atomically(|write| store::put_seen(write, used.seen_at))?;
                session.term = used;
                self.state.alarm.set_by(Some(used.expires_at()));
            }
            Ok(live(session, key.session))
        })
    }

    fn prove(&self, methods: Vec<Method>, cx: &CallContext) -> Result<LiveSession, Refusal> {
        let now = clock::now();
        let key: SessionKey = cx.own_key()?;
        self.with_row(|row| {
            let Some(Stored::Open(session)) = row else { return Err(Refusal::Unauthenticated) };
            if !session.term.holds(now) {
                return Err(Refusal::Unauthenticated);
            }
            // What was proved once stays so: who has given a code needs none again for another password.
            let mut all = session.methods.clone();
            all.extend(methods);
            all.sort_unstable();
            all.dedup();
            self.state.db.atomically(|write| store::put_proved(write, &all, now))?;
            session.methods = all;
            session.proved_at = Some(now);
            Ok(live(session, key.session))
        })
    }

    fn rename(&self, name: PersonName) -> Result<(), Refusal> {
        self.with_row(|row| {
            let Some(Stored::Open(session)) = row else { return Ok(()) };
            let mut caller = session.caller.clone();
            caller.user.name = name.into_string();
            self.state.db.atomically(|write| store::put_caller(write, &caller))?;
            session.caller = caller;
            Ok(())
        })
    }

    /// Ends the session; what it was, if it had not ended before.
    fn end(&self, reason: &str) -> Result<Option<Session>, Refusal> {
        self.with_row(|row| {
            let Some(Stored::Open(session)) = row else { return Ok(None) };
            self.state.db.atomically(|write| store::bury(write, clock::now(), reason))?;
            let (ended, ends_at) = (session.clone(), session.term.ends_at);
            *row = Some(Stored::Ended { ends_at });
            self.state.alarm.set_by(Some(forgotten_at(ends_at)));
            Ok(Some(ended))
        })
    }

    /// Does what is due at `now`; gives the session that has just expired, and when it is to be looked at again.
    fn tidy(&self, now: Timestamp) -> Result<(Option<Session>, Option<Timestamp>), Refusal> {
        let expires_at = self.with_row(|row| match row {
            Some(Stored::Open(session)) => Ok(Some(session.term.expires_at())),
            Some(Stored::Ended { .. }) | None => Ok(None),
        })?;
        if let Some(expires_at) = expires_at {
            if now < expires_at {
                return Ok((None, Some(expires_at)));
            }
            let expired = self.end("expired")?;
            let next = expired.as_ref().map(|session| forgotten_at(session.term.ends_at));
            return Ok((expired, next));
        }
        self.with_row(|row| {
            let Some(Stored::Ended { ends_at }) = row else { return Ok((None, None)) };
            let due = forgotten_at(*ends_at);
            if now < due {
                return Ok((None, Some(due)));
            }
            self.state.db.erase()?;
            *row = None;
            Ok((None, None))
        })
    }

    /// Takes an expired session off its account's list. Where that fails the list drops it at its absolute limit.
    async fn tell_account(&self, expired: Session) {
        let Some(SessionKey { org, session }) = SessionKey::parse(&expired.name) else { return };
        let account = AccountKey::User { org: org.clone(), user: expired.caller.user.id };
        let cx = CallContext::system(org, clock::trace());
        if let Err(refusal) = ask_within(&self.state.env, &account, Closed { session }, &cx, CALL_LIMIT_MS).await {
            worker::console_error!("an expired session stays on its account's list: {refusal}");
        }
    }
}

impl Object for SessionObject {
    type Contract = api::Session;
    const SCHEMA: Schema = store::SCHEMA;

    fn start(state: State) -> Self {
        SessionObject { state, known: RefCell::new(None) }
    }

    fn answer(self: Rc<Self>, message: Inbox, cx: CallContext) -> Answer<Wire> {
        api::dispatch(self, message, cx)
    }

    fn alarm(self: Rc<Self>) -> LocalBoxFuture<'static, ()> {
        Box::pin(async move {
            let now = clock::now();
            match self.tidy(now) {
                Ok((expired, next)) => {
                    self.state.alarm.set_by(next);
                    if let Some(expired) = expired {
                        self.tell_account(expired).await;
                    }
                }
                Err(refusal) => {
                    worker::console_error!("a session could not be tidied: {refusal}");
                    self.state.alarm.set_by(Some(now.plus_ms(RETRY_MS)));
                }
            }
        })
    }

    fn state(&self) -> &State {
        &self.state
    }

    // `next_due` stays `None`: the host would set the alarm at every wake, and a session that is only read would write.
    // The alarm is set when the session is opened, used or ended; if it is ever lost, the next use sets it again.
}

impl api::Handler for SessionObject {
    fn open(self: Rc<Self>, message: Open, cx: CallContext) -> Answer<LiveSession> {
        self.begin(message, &cx).into()
    }

    fn check(self: Rc<Self>, _message: Check, cx: CallContext) -> Answer<LiveSession> {
        self.seen(&cx).into()
    }

    fn holds(self: Rc<Self>, _message: Holds, _cx: CallContext) -> Answer<bool> {
        let is_open =
            |row: &mut Option<Stored>| matches!(row, Some(Stored::Open(session)) if session.term.holds(clock::now()));
        self.with_row(|row| Ok(is_open(row))).into()
    }

    fn renamed(self: Rc<Self>, message: Renamed, _cx: CallContext) -> Answer<()> {
        self.rename(message.name).into()
    }

    fn open_key(self: Rc<Self>, message: OpenKey, cx: CallContext) -> Answer<LiveSession> {
        self.begin_key(message, &cx).into()
    }

    fn used(self: Rc<Self>, message: Used, cx: CallContext) -> Answer<LiveSession> {
        self.count(&message, &cx).into()
    }

    fn rekeyed(self: Rc<Self>, message: Rekeyed, _cx: CallContext) -> Answer<()> {
        self.rekey(message).into()
    }

    fn shorten(self: Rc<Self>, message: Shorten, _cx: CallContext) -> Answer<()> {
        self.end_by(message.until).into()
    }

    fn proved(self: Rc<Self>, message: Proved, cx: CallContext) -> Answer<LiveSession> {
        self.prove(message.methods, &cx).into()
    }

    fn revoke(self: Rc<Self>, message: Revoke, _cx: CallContext) -> Answer<()> {
        self.end(&message.reason).map(|_| ()).into()
    }
}

fn live(session: &Session, name: SessionName) -> LiveSession {
    LiveSession {
        session: name,
        caller: session.caller.clone(),
        login: session.login.clone(),
        opened_at: session.term.opened_at,
        seen_at: session.term.seen_at,
        expires_at: session.term.expires_at(),
        ends_at: session.term.ends_at,
        user_agent: session.user_agent.clone(),
        address: session.address.clone(),
        key: session.key.clone(),
        methods: session.methods.clone(),
        proved_at: session.proved_at,
    }
}

fn forgotten_at(ends_at: Timestamp) -> Timestamp {
    ends_at.plus_ms(KEPT_AFTER_END_MS)
}
