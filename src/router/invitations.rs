//! Invitations, for whoever holds the link of one.

use base::refusal::Refusal;
use base::time::{Timestamp, rfc3339};
use durable::clock;
use serde::{Deserialize, Serialize};

use crate::db::statements::invitations::{Accept, AskAgain, FindInvitation, Found};
use crate::domain::log::NewEntry;
use crate::domain::user::LinkToken;
use crate::domain::user::{AccountNews, Actor, Invitation, LinkState, Person, PersonName, Role};
use crate::jobs::accounts;
use crate::objects::database::api::query;
use crate::objects::log_stream::api::tell_audit;
use crate::router::context::Exchange;
use crate::router::http::body::parse_json;
use crate::router::http::reply::Reply;
use crate::router::{auth, entry, organisation, people};

/// The secret of a link.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationToken {
    /// What the link has behind its `#`.
    pub token: String,
}

/// What accepting needs.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AcceptBody {
    /// What the link has behind its `#`.
    pub token: String,
    /// What one is called.
    #[cfg_attr(feature = "openapi", schema(value_type = PersonName, inline))]
    pub name: String,
    /// A new password, 8 to 128 characters.
    #[cfg_attr(feature = "openapi", schema(format = Password))]
    pub password: String,
    /// What one is written to in.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::domain::organisation::Language))]
    pub language: String,
}

/// An invitation as its holder sees it.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationShown {
    /// What the organisation is called.
    pub organisation: String,
    /// Whom it lets in: their address, where they have one.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub email: Option<String>,
    /// What whoever has no address signs in with.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub username: Option<String>,
    /// What they are called so far.
    pub name: String,
    /// What they will be.
    pub role: Role,
    /// Whether it may be accepted.
    pub state: LinkState,
    /// When it ends.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
}

/// `POST /api/auth/invitations/look`. The token is in the body, where no log has it.
///
/// # Errors
/// `NotFound` for a link that nobody made; `TooManyAttempts`; `Unavailable` while PostgreSQL is away.
pub async fn look(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    auth::limit_by_address(exchange).await?;
    let body: InvitationToken = parse_json(exchange.incoming.body().await?)?;
    let Found { invitation, .. } = found(exchange, &LinkToken::parse(&body.token)?).await?;
    let state = invitation.state(clock::now());
    Reply::json(
        200,
        &InvitationShown {
            organisation: invitation.organisation,
            email: invitation.email,
            username: invitation.username,
            name: invitation.name,
            role: invitation.role,
            state,
            expires_at: invitation.expires_at,
        },
    )
}

/// `POST /api/auth/invitations/ask`: the administrators see that the holder of an expired link would like another.
///
/// # Errors
/// As [`look`].
pub async fn ask(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    auth::limit_by_address(exchange).await?;
    let body: InvitationToken = parse_json(exchange.incoming.body().await?)?;
    let token = LinkToken::parse(&body.token)?;
    if found(exchange, &token).await?.invitation.state(clock::now()) == LinkState::Expired {
        query(exchange.env, AskAgain { hash: token.hash() }, &exchange.cx).await?;
    }
    Ok(Reply::empty(204))
}

/// `POST /api/auth/invitations/accept`: signs in whoever was invited.
///
/// # Errors
/// `NotFound` for a link that nobody made; `Conflict` for one that is over (`invitation_used`, `_replaced`, `_expired`, `_withdrawn`);
/// `Invalid`, also for a name that reads as somebody else's on the staff; `TooManyAttempts`; `Unavailable` while PostgreSQL is away.
pub async fn accept(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let address = auth::limit_by_address(exchange).await?;
    let body: AcceptBody = parse_json(exchange.incoming.body().await?)?;
    let token = LinkToken::parse(&body.token)?;
    let name = PersonName::parse(&body.name)?;
    let language = organisation::offered_language(exchange, &body.language).await?;
    // Before a tenth of a second of hashing.
    let Found { id, invitation } = found(exchange, &token).await?;
    Invitation::check(invitation.state(clock::now()))?;
    let actor = Actor::User(Person { id, name: name.to_string() }, Some(invitation.role), None);
    let entry = NewEntry::audit(
        exchange.access.trace(),
        clock::now(),
        actor.clone(),
        "invitation_accepted",
        ("user", &id.to_string()),
    );
    let news = Some(AccountNews::of("welcome", actor));
    let login = invitation.email.as_deref().or(invitation.username.as_deref()).unwrap_or_default();
    let password_hash = auth::hashed("password", &body.password, &[name.as_str(), login])?;
    let message = Accept { hash: token.hash(), name, password_hash, language, entry: entry.clone(), news };
    let user = query(exchange.env, message, &exchange.cx).await?;
    let _carried_later = tell_audit(exchange.env, vec![entry], &exchange.cx).await;
    people::forget_lists(exchange).await;
    // The job tells them, should this fail.
    let _told_later = accounts::settle(exchange.env, id, &exchange.cx).await;
    entry::enter(exchange, 200, user, address, entry::Stays::OnDevice).await
}

async fn found(exchange: &Exchange<'_>, token: &LinkToken) -> Result<Found, Refusal> {
    query(exchange.env, FindInvitation { hash: token.hash() }, &exchange.cx).await?.ok_or(Refusal::NotFound)
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(super) mod describe {
    use super::{AcceptBody, InvitationShown, InvitationToken};
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;
    use crate::router::me::Profile;

    pub fn look(schemas: &mut Schemas) -> Operation {
        Operation::new("lookAtInvitation", "session", "What an invitation is, for the holder of its link.")
            .body(schemas.of::<InvitationToken>())
            .replies(200, "The invitation.", schemas.of::<InvitationShown>())
            .refuses(&[404, 429, 503])
    }

    pub fn ask(schemas: &mut Schemas) -> Operation {
        Operation::new("askForInvitation", "session", "Ask for another link, where one has expired.")
            .body(schemas.of::<InvitationToken>())
            .replies_empty(204, "The administrators see it.")
            .refuses(&[404, 429, 503])
    }

    pub fn accept(schemas: &mut Schemas) -> Operation {
        Operation::new(
            "acceptInvitation",
            "session",
            "Accept an invitation: name, password, language; and be signed in.",
        )
        .body(schemas.of::<AcceptBody>())
        .replies(200, "Signed in.", schemas.of::<Profile<'_>>())
        .with_header("Set-Cookie", "The session.")
        .refuses(&[404, 409, 429, 503])
    }
}
