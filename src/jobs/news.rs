//! Tells the owners of accounts what happened to them although nothing ended with it: another passkey, new recovery codes, an API key
//! that was made, or that ends soon.
//!
//! What was done is told by whoever did it, before they answer; the job tells what was left because something was away or died, and looks
//! for keys that end soon. Idempotent; takes no input: an inbox that has a notice takes it no second time.

use base::ids::{OrgId, UserId};
use base::refusal::Refusal;
use durable::{ask, clock};
use worker::Env;

use crate::db::statements::news::{NewsTold, OwedNews, RemindOfKeys};
use crate::domain::notify::Notice;
use crate::domain::user::NewsOwed;
use crate::objects::context::CallContext;
use crate::objects::database::api::query;
use crate::objects::inbox::api::{InboxKey, Tell};

/// So many are told in one run: the next run goes on where this one ended.
const MOST: u32 = 200;

/// One run; gives how many it told.
///
/// # Errors
/// `Unavailable` while PostgreSQL is away.
pub async fn run(env: &Env, org: &OrgId) -> Result<usize, Refusal> {
    let cx = CallContext::system(org.clone(), clock::trace());
    query(env, RemindOfKeys {}, &cx).await?;
    let mut told = 0;
    for owed in query(env, OwedNews { id: None, limit: MOST }, &cx).await? {
        match tell(env, owed, &cx).await {
            Ok(()) => told += 1,
            // One inbox that cannot be told keeps no other one waiting.
            Err(refusal) => worker::console_log!("what happened to an account will be told again: {refusal}"),
        }
    }
    Ok(told)
}

/// Tells the owner of one account. What cannot be told now is told by the job: the change has been made, and is answered.
pub async fn settle(env: &Env, id: UserId, cx: &CallContext) {
    let all = async {
        for owed in query(env, OwedNews { id: Some(id), limit: MOST }, cx).await? {
            tell(env, owed, cx).await?;
        }
        Ok::<(), Refusal>(())
    };
    if let Err(refusal) = all.await {
        worker::console_log!("what happened to an account will be told later: {refusal}");
    }
}

async fn tell(env: &Env, owed: NewsOwed, cx: &CallContext) -> Result<(), Refusal> {
    let NewsOwed { user, id, ts, news } = owed;
    // What a newer release tells is told by it, with what is new there.
    let Some(notice) = Notice::of_news(&news, user, id.as_str(), ts) else { return Ok(()) };
    ask(env, &InboxKey { org: cx.org.clone(), user }, Tell { notices: vec![notice] }, cx).await?;
    query(env, NewsTold { id }, cx).await
}
