//! The AccountObject: the throttle of one account's sign-in, the list of its live sessions, and what its user has begun to write.
//!
//! The throttle belongs to the object that is named by the address, which may be nobody's; the list to the one that is
//! named by the user. The list is what a password change or a disabled user is carried through with, so a session is on
//! it for as long as it may hold: it leaves when it has been ended, or at its absolute limit.
//!
//! A change of the account ends the sessions that were opened on an older version of it, and it is remembered for as long as a sign-in
//! may be under way that has read the older one: its session is refused.
//!
//! Architecture invariants: a try is counted before it is allowed, in the same turn; a session never leaves the list
//! while it might still hold; a read leaves no storage behind.

pub mod api;
mod devices;
mod drafts;
mod forgot;
mod keys;
mod store;

use std::rc::Rc;

use base::ids::SessionName;
use base::refusal::Refusal;
use base::time::Timestamp;
use durable::{Answer, CALL_LIMIT_MS, Object, Schema, State, Wire, ask_within, clock};
use futures::future::{LocalBoxFuture, join, join_all};

use crate::domain::user::{DRAFT_LASTS_MS, Draft, FADES_AFTER_MS, MOST_DRAFTS, Throttle};
use crate::objects::context::CallContext;
use crate::objects::session::api::{Check, Revoke, SessionKey};
use api::{
    Attempt, Changed, Closed, Drafts, DropDraft, Forgot, Inbox, KeyOpened, Keys, Listing, Opened, PutDraft, Released,
    Sessions, Spend, Succeeded,
};
use devices::{MOST_DEVICES, Seen};

/// The most sessions that one user has at a time. One more ends the oldest: a script that signs in without end must not
/// make the list endless, and a person does not have a hundred browsers.
pub const MOST_SESSIONS: usize = 100;

/// What an account is made with.
const FIRST_VERSION: i64 = 1;

/// When something failed in the alarm, it is tried again after this long, in milliseconds.
const RETRY_MS: i64 = 60_000;

/// One account.
pub struct AccountObject {
    state: State,
}

impl AccountObject {
    fn try_once(&self) -> Result<(), Refusal> {
        let allowed = store::throttle(&self.state.db)?.attempt(clock::now())?;
        self.remember(allowed)
    }

    fn release(&self) -> Result<(), Refusal> {
        match store::throttle(&self.state.db)? {
            Throttle { failures: 0, .. } => Ok(()),
            counted => self.remember(counted.released()),
        }
    }

    fn remember(&self, throttle: Throttle) -> Result<(), Refusal> {
        self.state.db.atomically(|write| store::put_throttle(write, throttle))?;
        self.state.alarm.set_by(Some(throttle.fades_at()));
        Ok(())
    }

    fn start_anew(&self) -> Result<(), Refusal> {
        if self.state.db.exists()? {
            self.state.db.atomically(store::clear_throttle)?;
        }
        Ok(())
    }

    /// Nobody who names an account makes this write: whoever gets here has proved that it is theirs.
    fn use_up(&self, Spend { names, until }: &Spend) -> Result<(), Refusal> {
        self.state.db.atomically(|write| {
            names.iter().try_for_each(|name| store::spend(write, name, *until))?;
            store::clear_throttle(write).map_err(Refusal::from)
        })?;
        self.state.alarm.set_by(Some(*until));
        Ok(())
    }

    /// Lists a session; gives those that are too many, oldest last.
    fn list(&self, opened: &Opened, cx: &CallContext) -> Result<Vec<Listing>, Refusal> {
        let Opened { listing, version, .. } = opened;
        let changed_to = if self.state.db.exists()? { store::changed_to(&self.state.db)? } else { None };
        if version.is_some_and(|read| changed_to.is_some_and(|version| read < version)) {
            return Err(Refusal::Unauthenticated);
        }
        let version = version.or(changed_to).unwrap_or(FIRST_VERSION);
        let now = clock::now();
        let listed = if self.state.db.exists()? { store::sessions(&self.state.db, now)? } else { Vec::new() };
        let seen = devices::seen(&self.state, opened, &listed, cx)?;
        self.state.db.atomically(|write| {
            for Seen { family, owed } in &seen {
                store::put_device(write, family, owed.as_ref(), now, MOST_DEVICES)?;
            }
            store::put_session(write, listing, version)
        })?;
        // Should what is owed about a device not be told behind the answer, the alarm does it.
        let owes = seen.iter().any(|device| device.owed.is_some());
        self.state.alarm.set_by(Some(if owes { now.plus_ms(RETRY_MS) } else { listing.ends_at }));
        let mut sessions = store::sessions(&self.state.db, clock::now())?;
        Ok(sessions.split_off(MOST_SESSIONS.min(sessions.len())))
    }

    /// Ends the sessions that are too many. One that cannot be told stays on the list, so that it can still be ended, and
    /// is tried again at the next sign-in.
    async fn replace(&self, too_many: Vec<Listing>, cx: CallContext) -> Result<(), Refusal> {
        for Listing { session, .. } in too_many {
            let key = SessionKey { org: cx.org.clone(), session };
            let revoke = Revoke { reason: "replaced".into() };
            match ask_within(&self.state.env, &key, revoke, &cx, CALL_LIMIT_MS).await {
                Ok(()) => self.state.db.atomically(|write| store::drop_session(write, &key.session))?,
                Err(refusal) => worker::console_error!("a session too many could not be ended: {refusal}"),
            }
        }
        Ok(())
    }

    /// Remembers a change; gives the sessions that it ends, and the secrets of keys.
    fn outdate(&self, message: &Changed) -> Result<(Vec<SessionName>, Vec<SessionName>), Refusal> {
        let now = clock::now();
        self.state.db.atomically(|write| store::put_change(write, message.version, message.keep.as_ref(), now))?;
        self.state.alarm.set_by(Some(now.plus_ms(FADES_AFTER_MS)));
        Ok((store::sessions_before(&self.state.db, message.version)?, keys::outdated(&self.state, message)?))
    }

    /// Ends them side by side; gives how many of them still held.
    async fn end(&self, outdated: Vec<SessionName>, reason: String, cx: CallContext) -> Result<u32, Refusal> {
        let ended = join_all(outdated.into_iter().map(async |session| {
            let key = SessionKey { org: cx.org.clone(), session };
            let held = match ask_within(&self.state.env, &key, Check {}, &cx, CALL_LIMIT_MS).await {
                Ok(_) => true,
                Err(Refusal::Unauthenticated) => false,
                Err(refusal) => return Err(refusal),
            };
            ask_within(&self.state.env, &key, Revoke { reason: reason.clone() }, &cx, CALL_LIMIT_MS).await?;
            self.state.db.atomically(|write| store::drop_session(write, &key.session))?;
            Ok(held)
        }));
        let ended = ended.await.into_iter().collect::<Result<Vec<bool>, Refusal>>()?;
        Ok(ended.into_iter().map(u32::from).sum())
    }

    fn close(&self, closed: &Closed) -> Result<(), Refusal> {
        if self.state.db.exists()? {
            self.state.db.atomically(|write| store::drop_session(write, &closed.session))?;
        }
        Ok(())
    }

    /// Drops what is over at `now`; gives when something will be next.
    fn tidy(&self, now: Timestamp) -> Result<Option<Timestamp>, Refusal> {
        if !self.state.db.exists()? {
            return Ok(None);
        }
        let faded = now.plus_ms(-FADES_AFTER_MS);
        self.state.db.atomically(|write| {
            store::purge(write, now, faded)?;
            store::purge_drafts(write, now.plus_ms(-DRAFT_LASTS_MS), MOST_DRAFTS)
        })?;
        let throttle = store::throttle(&self.state.db)?;
        let fades_at = (throttle != Throttle::default()).then(|| throttle.fades_at());
        let first_draft = store::oldest_draft(&self.state.db)?.map(|at| at.plus_ms(DRAFT_LASTS_MS));
        let spent = store::last_spent(&self.state.db)?;
        let change_fades = store::told_at(&self.state.db)?.map(|at| at.plus_ms(FADES_AFTER_MS));
        let next = fades_at
            .into_iter()
            .chain(spent)
            .chain(change_fades)
            .chain(store::first_end(&self.state.db)?)
            .chain(first_draft)
            .min();
        if next.is_none() && store::devices(&self.state.db)?.is_empty() {
            // Anyone can name an account by trying an address; what nobody needs any more is not kept.
            self.state.db.erase()?;
        }
        Ok(next)
    }
}

impl Object for AccountObject {
    type Contract = api::Account;
    const SCHEMA: Schema = store::SCHEMA;

    fn start(state: State) -> Self {
        AccountObject { state }
    }

    fn answer(self: Rc<Self>, message: Inbox, cx: CallContext) -> Answer<Wire> {
        api::dispatch(self, message, cx)
    }

    fn alarm(self: Rc<Self>) -> LocalBoxFuture<'static, ()> {
        Box::pin(async move {
            let now = clock::now();
            let next = self.tidy(now).unwrap_or_else(|refusal| {
                worker::console_error!("an account could not be tidied: {refusal}");
                Some(now.plus_ms(RETRY_MS))
            });
            let again = devices::tell(&self.state, now, RETRY_MS).await;
            self.state.alarm.set_by([next, again].into_iter().flatten().min());
        })
    }

    fn state(&self) -> &State {
        &self.state
    }

    // `next_due` stays `None`: the host would set the alarm at every wake, and a read would write. The alarm is set by
    // whatever is to be dropped later; if it is ever lost, the next sign-in sets it again.
}

impl api::Handler for AccountObject {
    fn attempt(self: Rc<Self>, _message: Attempt, _cx: CallContext) -> Answer<()> {
        self.try_once().into()
    }

    fn succeeded(self: Rc<Self>, _message: Succeeded, _cx: CallContext) -> Answer<()> {
        self.start_anew().into()
    }

    fn released(self: Rc<Self>, _message: Released, _cx: CallContext) -> Answer<()> {
        self.release().into()
    }

    fn spend(self: Rc<Self>, message: Spend, _cx: CallContext) -> Answer<()> {
        self.use_up(&message).into()
    }

    fn forgot(self: Rc<Self>, message: Forgot, cx: CallContext) -> Answer<()> {
        match self.try_once() {
            Ok(()) => clock::in_background(async move { forgot::mail_a_link(&self.state, &message, &cx).await }),
            // Too often: nobody is told whether there is such an account.
            Err(Refusal::TooManyAttempts { .. }) => {}
            Err(refusal) => return Err(refusal).into(),
        }
        Ok(()).into()
    }

    fn opened(self: Rc<Self>, message: Opened, cx: CallContext) -> Answer<()> {
        let listed = self.list(&message, &cx);
        if listed.is_ok() {
            let account = self.clone();
            clock::in_background(async move {
                let again = devices::tell(&account.state, clock::now(), RETRY_MS).await;
                account.state.alarm.set_by(again);
            });
        }
        match listed {
            Ok(too_many) if too_many.is_empty() => Ok(()).into(),
            Ok(too_many) => Answer::after(async move { self.replace(too_many, cx).await }),
            Err(refusal) => Err(refusal).into(),
        }
    }

    fn changed(self: Rc<Self>, message: Changed, cx: CallContext) -> Answer<u32> {
        match self.outdate(&message) {
            Ok((outdated, keys)) => Answer::after(async move {
                let sessions = self.end(outdated, message.reason.clone(), cx.clone());
                let (ended, keys) = join(sessions, self.end(keys, message.reason, cx)).await;
                keys.and(ended)
            }),
            Err(refusal) => Err(refusal).into(),
        }
    }

    fn key_opened(self: Rc<Self>, message: KeyOpened, _cx: CallContext) -> Answer<()> {
        keys::list(&self.state, &message).into()
    }

    fn keys(self: Rc<Self>, _message: Keys, _cx: CallContext) -> Answer<Vec<SessionName>> {
        keys::all(&self.state, clock::now()).into()
    }

    fn closed(self: Rc<Self>, message: Closed, _cx: CallContext) -> Answer<()> {
        self.close(&message).into()
    }

    fn sessions(self: Rc<Self>, _message: Sessions, _cx: CallContext) -> Answer<Vec<Listing>> {
        store::sessions(&self.state.db, clock::now()).into()
    }

    fn put_draft(self: Rc<Self>, message: PutDraft, _cx: CallContext) -> Answer<()> {
        drafts::put(&self.state, &message.draft, clock::now()).into()
    }

    fn drop_draft(self: Rc<Self>, message: DropDraft, _cx: CallContext) -> Answer<()> {
        drafts::remove(&self.state, message.id).into()
    }

    fn drafts(self: Rc<Self>, _message: Drafts, _cx: CallContext) -> Answer<Vec<Draft>> {
        drafts::all(&self.state, clock::now()).into()
    }
}
