//! Who looks through a live socket, and for how long they are trusted.
//!
//! Architecture invariant: a socket outlives its session, and its owner's right to look without a second factor, by [`RECHECK_MS`] at
//! most; the alarm of every object that has sockets calls [`drop_ended_sessions`].

use std::collections::HashMap;

use base::ids::{OrgId, SessionName};
use base::refusal::Refusal;
use base::time::Timestamp;
use durable::sockets::{Note, Socket, Sockets};
use durable::{ask_within, clock};
use futures::future::join_all;
use serde::{Deserialize, Serialize};
use worker::Env;

use crate::domain::factor::Required;
use crate::domain::key::Scope;
use crate::domain::user::Caller;
use crate::objects::context::CallContext;
use crate::objects::session::api::{Check, LiveSession, SessionKey};
use crate::objects::settings::look;

/// How long a viewer's session is trusted before it is asked for again, in milliseconds. DESIGN promises 60 s.
pub const RECHECK_MS: i64 = 30_000;

/// How long a session may take to answer, in milliseconds.
const ANSWER_LIMIT_MS: u32 = 5_000;

/// Close code for a session that has ended, or does not suffice any more: policy violation, RFC 6455 section 7.4.1.
pub const SESSION_ENDED: u16 = 1008;

/// Who looks through a socket.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Viewer {
    /// The organisation.
    pub org: OrgId,
    /// The signed-in user, with the role that the session had when it was last asked.
    pub caller: Caller,
    /// The session that must still hold.
    pub session: SessionName,
    /// When the session was last asked.
    pub checked_at: Timestamp,
    /// What the viewer asked to see, as the actor wrote it down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wish: Option<String>,
}

impl Note for Viewer {
    /// A look later than now was made by a clock that went back.
    fn trusted_until(&self, now: Timestamp) -> Timestamp {
        if self.checked_at > now { now } else { self.checked_at.plus_ms(RECHECK_MS) }
    }
}

impl Viewer {
    /// The viewer of a call that came through the router's gate.
    ///
    /// # Errors
    /// `Unauthenticated` without a caller and a session.
    pub fn of(cx: &CallContext) -> Result<Self, Refusal> {
        let session = cx.session.clone().ok_or(Refusal::Unauthenticated)?;
        let (org, caller) = (cx.org.clone(), cx.require_caller()?.clone());
        Ok(Viewer { org, caller, session, checked_at: clock::now(), wish: None })
    }

    /// The same viewer, who asked to see `wish`.
    #[must_use]
    pub fn wishing(self, wish: String) -> Self {
        Viewer { wish: Some(wish), ..self }
    }
}

/// When the first session is to be asked again.
pub fn next_check(sockets: &Sockets<Viewer>) -> Option<Timestamp> {
    sockets.next_due(RECHECK_MS)
}

/// Asks again for the sessions that were trusted long enough, each once, and closes the sockets of those that have
/// ended, or whose owner must have a second factor by now and has not proved one. A session that cannot be asked just now is asked at the
/// next alarm. An API key must still have the scope `read`.
pub async fn drop_ended_sessions(sockets: &Sockets<Viewer>, env: &Env) {
    drop_ended(sockets, env, Scope::Read).await;
}

/// The same where an API key needs another scope to look.
pub async fn drop_ended(sockets: &Sockets<Viewer>, env: &Env, needed: Scope) {
    let check = async |due: Vec<(Socket, Viewer)>| {
        let mut by_session: HashMap<String, Vec<(Socket, Viewer)>> = HashMap::new();
        for (socket, viewer) in due {
            by_session.entry(viewer.session.to_string()).or_default().push((socket, viewer));
        }
        let asked =
            by_session.into_values().map(async |sockets| Asked { held: ask_again(env, &sockets).await, sockets });
        let asked = join_all(asked).await;
        let required = required_of(env, &asked).await;
        for one in asked {
            one.settle(needed, required);
        }
    };
    sockets.recheck(RECHECK_MS, check).await;
}

/// The sockets of one session, and what it has just said.
struct Asked {
    held: Result<LiveSession, Refusal>,
    sockets: Vec<(Socket, Viewer)>,
}

/// What the session of these sockets says, which all have the same.
async fn ask_again(env: &Env, sockets: &[(Socket, Viewer)]) -> Result<LiveSession, Refusal> {
    let (_, viewer) = sockets.first().ok_or(Refusal::Unauthenticated)?;
    let key = SessionKey { org: viewer.org.clone(), session: viewer.session.clone() };
    let cx = CallContext::system(viewer.org.clone(), clock::trace());
    ask_within(env, &key, Check {}, &cx, ANSWER_LIMIT_MS).await
}

/// Who must have a second factor just now. It is looked up only where somebody looks on who has proved none, and while it cannot be, it
/// is nobody: the next alarm looks again.
async fn required_of(env: &Env, asked: &[Asked]) -> Required {
    let is_without = |one: &&Asked| one.held.as_ref().is_ok_and(LiveSession::has_no_second_factor);
    let Some((_, viewer)) = asked.iter().find(is_without).and_then(|one| one.sockets.first()) else {
        return Required::Nobody;
    };
    let cx = CallContext::system(viewer.org.clone(), clock::trace());
    look(env, &cx).await.map_or(Required::Nobody, |in_force| in_force.second_factor)
}

impl Asked {
    /// Trusts the viewers anew, or closes their sockets.
    fn settle(self, needed: Scope, required: Required) {
        // As at the gate: a program has no second factor, and is not asked for one.
        let may_look = |session: &LiveSession| match &session.key {
            Some(key) => key.scopes.contains(&needed),
            None => !session.lacks_second_factor(required),
        };
        for (socket, mut viewer) in self.sockets {
            match &self.held {
                Ok(session) if session.caller.role == viewer.caller.role && may_look(session) => {
                    viewer.checked_at = clock::now();
                    socket.note(&viewer);
                }
                Ok(_) | Err(Refusal::Unauthenticated) => socket.end(SESSION_ENDED, "session ended"),
                Err(_) => {}
            }
        }
    }
}
