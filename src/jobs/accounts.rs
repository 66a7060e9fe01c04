//! Ends what changes of accounts still have to end: sessions that were opened on an older version of one.
//!
//! Whoever makes the change does it before they answer; the job does what was left because something was away or died. Idempotent;
//! takes no input.

use base::ids::{OrgId, UserId};
use base::refusal::Refusal;
use durable::{ask, clock};
use worker::Env;

use crate::db::statements::accounts::{AccountSettled, OwedByAccounts};
use crate::domain::user::AccountOwed;
use crate::objects::account::api::{AccountKey, Changed};
use crate::objects::context::CallContext;
use crate::objects::database::api::query;

/// Changes carried through in one run: the next run goes on where this one ended.
const MOST: u32 = 200;

/// One run; gives how many changes it carried through.
///
/// # Errors
/// `Unavailable` while PostgreSQL is away.
pub async fn run(env: &Env, org: &OrgId) -> Result<usize, Refusal> {
    let cx = CallContext::system(org.clone(), clock::trace());
    let mut carried = 0;
    for owed in query(env, OwedByAccounts { id: None, limit: MOST }, &cx).await? {
        match carry(env, &owed, &cx).await {
            Ok(_) => carried += 1,
            // One account that cannot be told keeps no other one waiting.
            Err(refusal) => worker::console_log!("what an account owes will be tried again: {refusal}"),
        }
    }
    Ok(carried)
}

/// Carries through all changes of one account, in their order; gives how many sessions it ended.
///
/// # Errors
/// `Unavailable` while PostgreSQL, or a session, is away: the job goes on with it.
pub async fn settle(env: &Env, id: UserId, cx: &CallContext) -> Result<u32, Refusal> {
    let mut ended = 0;
    for owed in query(env, OwedByAccounts { id: Some(id), limit: MOST }, cx).await? {
        ended += carry(env, &owed, cx).await?;
    }
    Ok(ended)
}

async fn carry(env: &Env, owed: &AccountOwed, cx: &CallContext) -> Result<u32, Refusal> {
    let AccountOwed { id, version, reason, keep } = owed.clone();
    let account = AccountKey::User { org: cx.org.clone(), user: id };
    let ended = ask(env, &account, Changed { version, reason, keep }, cx).await?;
    query(env, AccountSettled { id, version }, cx).await?;
    Ok(ended)
}
