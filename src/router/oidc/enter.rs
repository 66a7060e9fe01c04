//! Lets in whom a provider has vouched for: `domain::identity::entry` decides, PostgreSQL carries it out. Of two who come at once the
//! second finds what the first has made.

use base::ids::UserId;
use base::refusal::Refusal;
use durable::clock;

use super::trouble::Trouble;
use crate::db::statements::identities::{FindIdentity, JoinByIdentity, LinkIdentity};
use crate::domain::identity::entry::{Entered, Way, address, decide};
use crate::domain::identity::token::Claims;
use crate::domain::identity::{IdentityRules, SignInProblem};
use crate::domain::log::NewEntry;
use crate::domain::user::{Actor, UserStatus};
use crate::objects::database::api::query;
use crate::objects::log_stream::api::tell_audit;
use crate::router::context::Exchange;
use crate::router::{people, setup};

/// So often it is looked again for what somebody else has made meanwhile.
const TRIES: u32 = 3;

/// The account of whoever came.
///
/// # Errors
/// Why they are not let in.
pub(super) async fn let_in(
    exchange: &Exchange<'_>,
    rules: &IdentityRules,
    claims: &Claims,
) -> Result<Entered, Trouble> {
    let (issuer, subject) = (&rules.issuer, &claims.subject);
    for _ in 0..TRIES {
        let email = address(claims, rules).ok().cloned();
        let find = FindIdentity { issuer: issuer.clone(), subject: subject.clone(), email };
        let known = query(exchange.env, find, &exchange.cx).await?;
        let (entered, entry, is_first) = match decide(claims, known, rules)? {
            Way::Enter(user) => return Ok(Entered { user, is_first: false }),
            Way::Link(user, email) => {
                let entry =
                    audit(exchange, "identity_linked", Actor::User(user.person(), Some(user.role), None), user.id)
                        .with("issuer", issuer.as_str());
                let message = LinkIdentity {
                    id: user.id,
                    issuer: issuer.clone(),
                    subject: subject.clone(),
                    email,
                    name: claims.name.clone(),
                    entry: entry.clone(),
                };
                let is_first = user.status == UserStatus::Invited;
                (query(exchange.env, message, &exchange.cx).await?, entry, is_first)
            }
            Way::Join(email, role) => {
                let id: UserId = setup::new_user_id()?;
                // By the system: nobody has been in this account yet, and what the provider calls them is not checked here.
                let entry = audit(exchange, "joined_by_identity", Actor::System, id)
                    .with("issuer", issuer.as_str())
                    .with("role", role.as_str());
                let message = JoinByIdentity {
                    id,
                    email,
                    name: claims.name.clone(),
                    role,
                    issuer: issuer.clone(),
                    subject: subject.clone(),
                    entry: entry.clone(),
                };
                (query(exchange.env, message, &exchange.cx).await?, entry, true)
            }
        };
        if let Some(user) = entered {
            let _carried_later: Result<(), Refusal> = tell_audit(exchange.env, vec![entry], &exchange.cx).await;
            people::forget_lists(exchange).await;
            return Ok(Entered { user, is_first });
        }
    }
    Err(SignInProblem::Later.into())
}

fn audit(exchange: &Exchange<'_>, action: &str, actor: Actor, id: UserId) -> NewEntry {
    NewEntry::audit(exchange.access.trace(), clock::now(), actor, action, ("user", &id.to_string()))
}
