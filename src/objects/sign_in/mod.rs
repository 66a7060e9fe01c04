//! The SignInObject: one attempt to sign in with an identity provider, from the moment somebody is sent there until they come back.
//!
//! It owns the answer to one question: may this browser finish this attempt, now? It is named by the hash of the attempt's state, which is
//! random, so nobody finds it by guessing.
//!
//! Architecture invariants: an attempt is gone in the turn that takes it, whoever takes it; taking one that was never begun leaves no
//! storage behind; after 10 minutes nothing is left of any.

pub mod api;
mod store;

use std::rc::Rc;

use base::refusal::Refusal;
use durable::{Answer, Object, Schema, State, Wire, clock};
use futures::future::LocalBoxFuture;

use crate::domain::identity::ATTEMPT_LASTS_MS;
use crate::objects::context::CallContext;
use api::{Attempt, Begin, Inbox, Take};

/// When something failed in the alarm, it is tried again after this long, in milliseconds.
const RETRY_MS: i64 = 60_000;

/// One attempt.
pub struct SignInObject {
    state: State,
}

impl SignInObject {
    fn start_attempt(&self, attempt: &Attempt) -> Result<(), Refusal> {
        if self.state.db.exists()? && store::ends_at(&self.state.db)?.is_some() {
            // A state is random and used once: whoever begins it again has not made it himself.
            return Err(Refusal::conflict("already_exists", "This attempt was begun before."));
        }
        let body = serde_json::to_string(attempt).map_err(|_| Refusal::Internal)?;
        let ends_at = clock::now().plus_ms(ATTEMPT_LASTS_MS);
        self.state.db.atomically(|write| store::put(write, &body, ends_at))?;
        self.state.alarm.set_by(Some(ends_at));
        Ok(())
    }

    fn finish(&self, browser: &str) -> Result<Option<Attempt>, Refusal> {
        if !self.state.db.exists()? {
            return Ok(None);
        }
        let found = store::load(&self.state.db)?;
        self.state.db.erase()?;
        Ok(found.and_then(|(attempt, ends_at)| attempt.of(browser, ends_at, clock::now())))
    }

    /// Forgets an attempt that is over.
    fn tidy(&self) -> Result<(), Refusal> {
        let now = clock::now();
        if !self.state.db.exists()? {
            return Ok(());
        }
        match store::ends_at(&self.state.db)? {
            Some(ends_at) if now < ends_at => self.state.alarm.set_by(Some(ends_at)),
            Some(_) | None => self.state.db.erase()?,
        }
        Ok(())
    }
}

impl Object for SignInObject {
    type Contract = api::SignIn;
    const SCHEMA: Schema = store::SCHEMA;

    fn start(state: State) -> Self {
        SignInObject { state }
    }

    fn answer(self: Rc<Self>, message: Inbox, cx: CallContext) -> Answer<Wire> {
        api::dispatch(self, message, cx)
    }

    fn alarm(self: Rc<Self>) -> LocalBoxFuture<'static, ()> {
        Box::pin(async move {
            if let Err(refusal) = self.tidy() {
                worker::console_error!("an attempt to sign in could not be forgotten: {refusal}");
                self.state.alarm.set_by(Some(clock::now().plus_ms(RETRY_MS)));
            }
        })
    }

    fn state(&self) -> &State {
        &self.state
    }

    // `next_due` stays `None`: the host would set the alarm at every wake, and a read would write. It is set when the attempt begins.
}

impl api::Handler for SignInObject {
    fn begin(self: Rc<Self>, message: Begin, _cx: CallContext) -> Answer<()> {
        self.start_attempt(&message.attempt).into()
    }

    fn take(self: Rc<Self>, message: Take, _cx: CallContext) -> Answer<Option<Attempt>> {
        self.finish(&message.browser).into()
    }
}
