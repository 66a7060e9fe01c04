//! Carries through what changes of accounts owe: sessions that were opened on an older version of one end, its owner is told, and open
//! work of whoever does none any more goes to somebody else, or is nobody's.
//!
//! Whoever makes the change does it before they answer; the job does what was left because it was much, or because something was away
//! or died. Idempotent; takes no input.

use base::ids::{OrgId, UserId};
use base::refusal::Refusal;
use durable::{ask, clock};
use worker::Env;

use crate::db::statements::accounts::{AccountSettled, OwedByAccounts};
use crate::domain::notify::Notice;
use crate::domain::request::{Action, ActionInput, Command, Step};
use crate::domain::user::{AccountOwed, Handover};
use crate::objects::account::api::{AccountKey, Changed};
use crate::objects::context::{CallContext, Idempotency};
use crate::objects::database::api::query;
use crate::objects::inbox::api::{InboxKey, Tell};
use crate::objects::request::api::{Act, RequestKey};
use crate::objects::request_index::api::{IndexKey, OpenWork};

/// Changes carried through in one run: the next run goes on where this one ended.
const MOST: u32 = 200;

/// Requests that are handed over for one change in one run: each costs a call to its object, and somebody waits for the first run.
const MOST_REQUESTS: u32 = 40;

/// So long after a change its work is looked for again, in milliseconds: two minutes. Who was assignable is cached for one.
const LATECOMERS_MS: i64 = 2 * 60 * 1_000;

/// What was carried through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Sessions that ended.
    pub ended_sessions: u32,
    /// Requests that were handed over.
    pub moved_work: u32,
}

/// One run; gives how many changes it worked on.
///
/// # Errors
/// `Unavailable` while PostgreSQL is away.
pub async fn run(env: &Env, org: &OrgId) -> Result<usize, Refusal> {
    let cx = CallContext::system(org.clone(), clock::trace());
    let mut carried = 0;
    for owed in query(env, OwedByAccounts { id: None, limit: MOST }, &cx).await? {
        match carry(env, owed, &cx).await {
            Ok(_) => carried += 1,
            // One account that cannot be told keeps no other one waiting.
            Err(refusal) => worker::console_log!("what an account owes will be tried again: {refusal}"),
        }
    }
    Ok(carried)
}

/// Carries through all changes of one account, in their order.
///
/// # Errors
/// `Unavailable` while PostgreSQL, a session or a request is away: the job goes on with it.
pub async fn settle(env: &Env, id: UserId, cx: &CallContext) -> Result<Settled, Refusal> {
    let mut settled = Settled::default();
    for owed in query(env, OwedByAccounts { id: Some(id), limit: MOST }, cx).await? {
        let Settled { ended_sessions, moved_work } = carry(env, owed, cx).await?;
        settled.ended_sessions += ended_sessions;
        settled.moved_work += moved_work;
    }
    Ok(settled)
}

/// Whether somebody has work that has begun or waits to begin.
///
/// # Errors
/// `Unavailable` when the index cannot be asked.
pub async fn has_open_work(env: &Env, id: UserId, cx: &CallContext) -> Result<bool, Refusal> {
    let index = IndexKey { org: cx.org.clone() };
    Ok(!ask(env, &index, OpenWork { assignee: id, limit: 1 }, cx).await?.is_empty())
}

async fn carry(env: &Env, owed: AccountOwed, cx: &CallContext) -> Result<Settled, Refusal> {
    let AccountOwed { id, version, ts, reason, keep, work, news } = owed;
    let account = AccountKey::User { org: cx.org.clone(), user: id };
    let ended_sessions = ask(env, &account, Changed { version, reason, keep }, cx).await?;
    // What a newer release tells is told by it, with what is new there.
    if let Some(notice) = news.and_then(|news| Notice::of_news(&news, id, &version.to_string(), ts)) {
        let inbox = InboxKey { org: cx.org.clone(), user: id };
        ask(env, &inbox, Tell { notices: vec![notice] }, cx).await?;
    }
    let (mut moved_work, mut is_over) = (0, true);
    if let Some(handover) = work {
        moved_work = hand_over(env, id, version, &handover, cx).await?;
        let is_late = clock::now().ms_since(ts) >= LATECOMERS_MS;
        is_over = is_late && !has_open_work(env, id, cx).await?;
    }
    if is_over {
        query(env, AccountSettled { id, version }, cx).await?;
    }
    Ok(Settled { ended_sessions, moved_work })
}

/// Hands over some of somebody's open work; gives how much of it. A request that was changed meanwhile, or that is handed over already
/// and the index does not know it yet, is left for the next run.
async fn hand_over(
    env: &Env,
    from: UserId,
    version: i64,
    handover: &Handover,
    cx: &CallContext,
) -> Result<u32, Refusal> {
    let index = IndexKey { org: cx.org.clone() };
    let (action, input) = match &handover.to {
        Some(to) => (Action::Assign, ActionInput { assignee: Some(to.clone()), ..ActionInput::default() }),
        None => (Action::Release, ActionInput { reason: handover.reason.clone(), ..ActionInput::default() }),
    };
    let step = Step::new(action, input)?;
    let mut moved = 0;
    for one in ask(env, &index, OpenWork { assignee: from, limit: MOST_REQUESTS }, cx).await? {
        let key = RequestKey { org: cx.org.clone(), id: one.id };
        let idempotency = Idempotency {
            key: format!("{from}/handover/{version}/{}", one.version),
            body_hash: action.as_str().to_owned(),
        };
        let cx = CallContext {
            caller: Some(handover.by.clone()),
            session: None,
            idempotency: Some(idempotency),
            ..CallContext::system(cx.org.clone(), cx.trace.clone())
        };
        let act = Act { command: Command::Step(step.clone()), if_match: Some(one.version), after_pictures: Vec::new() };
        match ask(env, &key, act, &cx).await {
            Ok(_) => moved += 1,
            Err(Refusal::Stale { .. } | Refusal::Invalid { .. } | Refusal::InvalidTransition { .. }) => {}
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(moved)
}
