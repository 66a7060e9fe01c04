//! A session that is a secret of an API key: opened by its owner, used by a program, ended like any other.
//!
//! It has no idle limit: a job that runs once a month keeps its key.

use base::refusal::Refusal;
use base::time::Timestamp;
use durable::{Key as _, clock};

use super::api::{LiveSession, OpenKey, Rekeyed, SessionKey, Used};
use super::store::{self, Session, Stored};
use super::{SessionObject, live};
use crate::domain::key::HeldKey;
use crate::domain::session::Term;
use crate::objects::context::CallContext;

impl SessionObject {
    pub(super) fn begin_key(&self, message: OpenKey, cx: &CallContext) -> Result<LiveSession, Refusal> {
        let OpenKey { caller, login, scopes, ends_at } = message;
        let session = Session {
            name: cx.own_key::<SessionKey>()?.name(),
            caller,
            login,
            user_agent: String::new(),
            address: String::new(),
            term: Term::until(clock::now(), ends_at),
            key: Some(HeldKey { scopes, used_at: None, used_from: String::new(), uses: 0 }),
            methods: Vec::new(),
            proved_at: None,
        };
        self.insert(session, cx)
    }

    /// Counts a call by the key.
    pub(super) fn count(&self, message: &Used, cx: &CallContext) -> Result<LiveSession, Refusal> {
        let now = clock::now();
        let name: SessionKey = cx.own_key()?;
        let from: String = message.from.chars().take(super::ADDRESS_CHARS).collect();
        self.with_row(|row| {
            let Some(Stored::Open(session)) = row else { return Err(Refusal::Unauthenticated) };
            let Some(mut key) = session.key.clone().filter(|_| session.term.holds(now)) else {
                return Err(Refusal::Unauthenticated);
            };
            if key.used(&from, now) {
                self.state.db.atomically(|write| store::put_key(write, &key))?;
            }
            session.key = Some(key);
            Ok(live(session, name.session))
        })
    }

    pub(super) fn rekey(&self, Rekeyed { name, scopes }: Rekeyed) -> Result<(), Refusal> {
        self.with_row(|row| {
            let Some(Stored::Open(session)) = row else { return Ok(()) };
            let Some(key) = session.key.clone() else { return Ok(()) };
            let (key, mut caller) = (HeldKey { scopes, ..key }, session.caller.clone());
            if let Some(via) = &mut caller.via {
                via.name = name;
            }
            self.state.db.atomically(|write| {
                store::put_key(write, &key)?;
                store::put_caller(write, &caller)
            })?;
            (session.key, session.caller) = (Some(key), caller);
            Ok(())
        })
    }

    /// Brings the end forward, never back.
    pub(super) fn end_by(&self, until: Timestamp) -> Result<(), Refusal> {
        if until <= clock::now() {
            return self.end("rotated").map(|_| ());
        }
        self.with_row(|row| {
            let Some(Stored::Open(session)) = row else { return Ok(()) };
            if session.key.is_some() && until < session.term.ends_at {
                self.state.db.atomically(|write| store::put_end(write, until))?;
                session.term.ends_at = until;
                self.state.alarm.set_by(Some(session.term.expires_at()));
            }
            Ok(())
        })
    }
}
