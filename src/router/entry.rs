//! The way in for whoever has just proved who they are: a session and its cookie, or the ticket to the second step.
//!
//! Whoever has a second factor gets no session by a password, nor by a link in its place: the answer is a ticket, which works once, for
//! five minutes, as long as the account is as it was read.

use base::ids::UserId;
use base::refusal::Refusal;
use base::time::{Timestamp, rfc3339};
use durable::{ask, clock};
use serde::Serialize;

use crate::domain::factor::sealed::LASTS_MS;
use crate::domain::factor::{Method, Purpose, Sealed};
use crate::domain::log::{Level, StreamName};
use crate::domain::user::{Caller, UserRow};
use crate::objects::account::api::{AccountKey, Listing, Opened};
use crate::objects::context::CallContext;
use crate::objects::session::api::{LiveSession, Open, Revoke, SessionKey};
use crate::router::config::Config;
use crate::router::context::Exchange;
use crate::router::http::reply::Reply;
use crate::router::http::token::{Claims, SessionId, issue};
use crate::router::me::Profile;
use crate::router::{in_force, sessions};

/// How long a session holds that is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stays {
    /// Until the idle limit.
    WhileUsed,
    /// Until the absolute limit, where whoever was handed a link has no address: nobody can send them another.
    OnDevice,
}

/// What a sign-in still needs.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecondStep {
    /// The second step.
    pub second_factor: SecondFactor,
}

/// The second step of a sign-in.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecondFactor {
    /// What `POST /api/auth/factor` is given; it works once.
    pub ticket: String,
    /// By what it may be done.
    pub methods: Vec<Method>,
    /// When the ticket ends.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
}

/// What a ticket says: whose it is, of which version of the account, and how long the session will stay.
pub struct Ticket {
    /// The account.
    pub user: UserId,
    /// Its version when the first step was made.
    pub version: i64,
    /// How long the session will stay.
    pub stays: Stays,
    /// What it is used up by.
    pub sealed: Sealed,
}

impl Ticket {
    fn about(user: UserId, version: i64, stays: Stays) -> String {
        let stays = if stays == Stays::OnDevice { "stays" } else { "idle" };
        format!("{user}.{version}.{stays}")
    }

    /// Reads one.
    ///
    /// # Errors
    /// `Conflict` with `ticket_over` for one that was not made here, or has ended.
    pub fn read(config: &Config, text: &str, now: Timestamp) -> Result<Self, Refusal> {
        let read = || {
            let (about, sealed) = text.rsplit_once('.')?;
            let sealed = config.factor_keys.open(Purpose::Ticket, about, sealed, now)?;
            let mut parts = about.split('.');
            let (user, version) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
            let stays = if parts.next()? == "stays" { Stays::OnDevice } else { Stays::WhileUsed };
            Some(Ticket { user, version, stays, sealed })
        };
        read().ok_or_else(ticket_over)
    }
}

/// What is answered for a ticket that lets nobody in any more.
pub fn ticket_over() -> Refusal {
    Refusal::conflict("ticket_over", "This took too long, or was used before. Sign in again.")
}

/// Lets in a user who has just given a password, or set one: with a session, or to the second step.
///
/// # Errors
/// As [`open_session`].
pub async fn enter(
    exchange: &Exchange<'_>,
    status: u16,
    user: UserRow,
    address: String,
    stays: Stays,
) -> Result<Reply, Refusal> {
    if user.factors.is_empty() {
        return open_session(exchange, status, user, address, stays, Proof::now(vec![Method::Password])).await;
    }
    let random: [u8; 16] = clock::random()?;
    let now = clock::now();
    let about = Ticket::about(user.id, user.version.unwrap_or_default(), stays);
    let sealed = exchange.config.factor_keys.seal(Purpose::Ticket, &about, random, now);
    let methods = user.factors.iter().map(|kind| (*kind).into()).chain([Method::Recovery]).collect();
    let expires_at = now.plus_ms(LASTS_MS);
    let second_factor = SecondFactor { ticket: format!("{about}.{sealed}"), methods, expires_at };
    Reply::json(202, &SecondStep { second_factor })
}

/// How somebody has proved who they are.
pub struct Proof {
    /// By what.
    pub methods: Vec<Method>,
    /// When, where that is not now.
    pub at: Option<Timestamp>,
}

impl Proof {
    /// Just now, by these methods.
    pub fn now(methods: Vec<Method>) -> Self {
        Proof { methods, at: None }
    }
}

/// Signs in a user who has proved who they are; the answer has the profile and the cookie.
///
/// # Errors
/// `Unavailable` when the session cannot be opened; `InvalidCredentials` where the account was changed since it was read.
pub async fn open_session(
    exchange: &Exchange<'_>,
    status: u16,
    user: UserRow,
    address: String,
    stays: Stays,
    proof: Proof,
) -> Result<Reply, Refusal> {
    let org = exchange.org();
    let id = SessionId::random().map_err(|_| Refusal::Internal)?;
    let caller = Caller { user: user.person(), role: user.role, via: None };
    let cx = CallContext { caller: Some(caller.clone()), ..exchange.cx.clone() };
    let user_agent: String = exchange.incoming.header("user-agent").unwrap_or_default().chars().take(200).collect();
    let (tells_device, is_by_link) = (stays == Stays::WhileUsed, stays == Stays::OnDevice);
    let stays = is_by_link && user.email.is_none();
    let in_force = in_force::current(exchange.env, exchange.config, &exchange.cx, exchange.access.started()).await;
    let limits = in_force.sessions;
    let Proof { methods, at: proved_at } = proof;
    let open = Open { caller, login: user.login().to_owned(), stays, user_agent, address, limits, methods, proved_at };
    let key = SessionKey { org: org.clone(), session: id.name() };
    let session = ask(exchange.env, &key, open, &cx).await?;
    let listing = Listing {
        session: session.session.clone(),
        opened_at: session.opened_at,
        ends_at: session.ends_at,
        user_agent: session.user_agent.clone(),
        address: session.address.clone(),
    };
    let account = AccountKey::User { org: org.clone(), user: session.caller.user.id };
    match ask(exchange.env, &account, Opened { listing, version: user.version, tells_device }, &cx).await {
        // Disabled, or given another password, role or factor, since the credentials were read.
        Err(Refusal::Unauthenticated) => {
            ask(exchange.env, &key, Revoke { reason: "changed".into() }, &cx).await?;
            return Err(Refusal::InvalidCredentials);
        }
        opened => opened?,
    }
    exchange.access.is_by(&cx);
    let by = session.methods.iter().map(|method| method.as_str()).collect::<Vec<_>>().join(" ");
    let short = sessions::short(&session.session);
    exchange.access.note(StreamName::Auth, Level::Info, "signed in", &[("session", short), ("by", by.into())]);

    let now_s = clock::now().as_ms() / 1_000;
    let cookie = cookie_for(exchange.config, &id, &session, now_s)?;
    let lacks = session.lacks_second_factor(in_force.second_factor);
    Ok(Reply::json(status, &Profile::of(&session, &in_force.rules, lacks))?.with("set-cookie", cookie))
}

/// The cookie with a fresh token for a session that holds.
///
/// # Errors
/// `Internal` when the token cannot be signed.
pub fn cookie_for(config: &Config, sid: &SessionId, session: &LiveSession, now_s: i64) -> Result<String, Refusal> {
    let claims = Claims {
        sid: sid.clone(),
        sub: session.caller.user.id,
        org: config.org.clone(),
        role: session.caller.role,
        name: session.caller.user.name.clone(),
        iat: now_s,
        exp: session.expires_at.as_ms() / 1_000,
    };
    let token = issue(&config.keys, &claims).map_err(|_| Refusal::Internal)?;
    Ok(config.cookie.set(&token, claims.exp - now_s))
}
