//! Puts the settings in force into their cache, where the isolates look, whatever became of the call that changed them.
//!
//! Idempotent; takes no input.

use base::ids::OrgId;
use base::refusal::Refusal;
use durable::clock;
use worker::Env;

use crate::objects::context::CallContext;
use crate::objects::settings::refresh;

/// One run.
///
/// # Errors
/// `Unavailable` while PostgreSQL, or the cache, is away.
pub async fn run(env: &Env, org: &OrgId) -> Result<(), Refusal> {
    refresh(env, &CallContext::system(org.clone(), clock::trace())).await.map(|_| ())
}
