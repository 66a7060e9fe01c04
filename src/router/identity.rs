//! The identity provider, for administrators: what to register there, whether it can be worked with, and whose account is linked.

use base::ids::UserId;
use base::refusal::Refusal;
use base::words;
use serde::Serialize;

use crate::db::statements::identities::{IdentitiesOf, UnlinkIdentities};
use crate::db::statements::settings::ReadSettings;
use crate::domain::identity::provider::ProviderFault;
use crate::domain::identity::{IdentityRules, IdentityShown};
use crate::jobs::accounts;
use crate::objects::database::api::query;
use crate::objects::log_stream::api::tell_audit;
use crate::router::context::Exchange;
use crate::router::http::reply::Reply;
use crate::router::oidc::{self, Fault};
use crate::router::people;

words! {
    /// What is wrong with the identity provider, or with what was entered about it.
    pub enum IdentityFault: "fault of an identity provider" {
        /// The issuer or the client id is not entered.
        NotSetUp = "not_set_up",
        /// It does not answer in time, or with an error of its own.
        Away = "away",
        /// There is no description of a provider at the issuer's address.
        NotFound = "not_found",
        /// What is there is no description of a provider.
        Unreadable = "unreadable",
        /// It calls itself otherwise: the issuer is to be entered as it says.
        OtherIssuer = "other_issuer",
        /// It is the address for the people of all organisations.
        ManyTenants = "many_tenants",
        /// One of its addresses may not be asked: not https, or a number.
        Unreachable = "unreachable",
        /// It does not do the authorization code flow with PKCE.
        NoCodeFlow = "no_code_flow",
        /// It signs with neither RS256 nor ES256.
        NoAlgorithm = "no_algorithm",
        /// It has no keys that can be used.
        NoKeys = "no_keys",
        /// It does not take the client id, or the secret.
        Client = "client",
    }
}

/// How the identity provider is set up, beside its settings.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IdentitySetup {
    /// What is to be registered at the provider, where this page is: where it sends people back.
    pub redirect_uri: String,
    /// Whether the deployment has a client secret.
    pub has_secret: bool,
}

/// Whether the identity provider can be worked with.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IdentityTest {
    /// What is wrong; nothing where nothing is.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub fault: Option<IdentityFault>,
    /// What it calls itself, where that is another issuer.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub found: Option<String>,
}

/// One's own links.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Identities {
    /// Each, oldest first.
    pub items: Vec<IdentityShown>,
}

/// What the end of somebody's links has ended.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Unlinked {
    /// How many of their sessions were ended by it.
    pub ended_sessions: u32,
}

/// `GET /api/me/identities`.
///
/// # Errors
/// `Unavailable` while PostgreSQL is away.
pub async fn mine(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let id = exchange.caller()?.user.id;
    let items = query(exchange.env, IdentitiesOf { id }, &exchange.cx).await?;
    Reply::json(200, &Identities { items: items.into_iter().map(IdentityShown::from).collect() })
}

/// `GET /api/system/identity`.
///
/// # Errors
/// `Internal` when it cannot be written as JSON.
pub async fn read(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let has_secret = exchange.config.oidc_secret.is_some();
    Reply::json(200, &IdentitySetup { redirect_uri: oidc::redirect_uri(exchange), has_secret })
}

/// `POST /api/system/identity/test`: asks the provider for what it says of itself, for its keys, and whether it knows us.
///
/// # Errors
/// `Unavailable` while PostgreSQL is away.
pub async fn test(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    // What was just changed, whatever this isolate still goes by.
    let stored = query(exchange.env, ReadSettings {}, &exchange.cx).await?.ok_or(Refusal::NotFound)?;
    let rules = stored.in_force().identity;
    if !rules.is_set_up() {
        return Reply::json(200, &IdentityTest { fault: Some(IdentityFault::NotSetUp), found: None });
    }
    let fault = tried(exchange, &rules).await.err();
    let found = match &fault {
        Some(Fault::Provider(ProviderFault::OtherIssuer(found))) => Some(found.clone()),
        Some(_) | None => None,
    };
    Reply::json(200, &IdentityTest { fault: fault.as_ref().map(word), found })
}

async fn tried(exchange: &Exchange<'_>, rules: &IdentityRules) -> Result<(), Fault> {
    let provider = oidc::looked_at(exchange, &rules.issuer).await?;
    oidc::introduce(exchange, &provider, &rules.client_id, &oidc::redirect_uri(exchange)).await
}

fn word(fault: &Fault) -> IdentityFault {
    match fault {
        Fault::Away => IdentityFault::Away,
        Fault::Status(_) | Fault::Code => IdentityFault::NotFound,
        Fault::Client => IdentityFault::Client,
        Fault::Token(_) => IdentityFault::NoKeys,
        Fault::Provider(fault) => match fault {
            ProviderFault::Unreadable => IdentityFault::Unreadable,
            ProviderFault::OtherIssuer(_) => IdentityFault::OtherIssuer,
            ProviderFault::ManyTenants => IdentityFault::ManyTenants,
            ProviderFault::Unreachable => IdentityFault::Unreachable,
            ProviderFault::NoCodeFlow => IdentityFault::NoCodeFlow,
            ProviderFault::NoAlgorithm => IdentityFault::NoAlgorithm,
        },
    }
}

/// `DELETE /api/users/:id/identities`: no identity lets them in any more, until one is linked again. Told again, it does what is missing.
///
/// # Errors
/// `Unavailable` while PostgreSQL, or a session of theirs, is away.
pub async fn unlink(exchange: &Exchange<'_>, id: UserId) -> Result<Reply, Refusal> {
    let entry = people::audit(exchange, "identity_unlinked", id)?;
    if query(exchange.env, UnlinkIdentities { id, entry: entry.clone() }, &exchange.cx).await? {
        let _carried_later: Result<(), Refusal> = tell_audit(exchange.env, vec![entry], &exchange.cx).await;
    }
    let ended_sessions = accounts::settle(exchange.env, id, &exchange.cx).await?.ended_sessions;
    Reply::json(200, &Unlinked { ended_sessions })
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(super) mod describe {
    use super::{Identities, IdentitySetup, IdentityTest, Unlinked};
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;

    pub fn mine(schemas: &mut Schemas) -> Operation {
        Operation::new("myIdentities", "session", "The identities at the organisation's provider that let me in.")
            .replies(200, "Each, oldest first.", schemas.of::<Identities>())
            .refuses(&[503])
    }

    pub fn read(schemas: &mut Schemas) -> Operation {
        Operation::new(
            "identitySetup",
            "system",
            "What the identity provider is to be told, and whether there is a secret.",
        )
        .replies(200, "How it is set up.", schemas.of::<IdentitySetup>())
    }

    pub fn test(schemas: &mut Schemas) -> Operation {
        Operation::new("testIdentity", "system", "Ask the identity provider whether it can be worked with.")
            .detail("It need not be on. Asked are its description, its keys, and whether it takes the client id and the secret.")
            .replies(200, "What is wrong, if anything.", schemas.of::<IdentityTest>())
            .refuses(&[503])
    }

    pub fn unlink(schemas: &mut Schemas) -> Operation {
        Operation::new("unlinkIdentities", "people", "End the links of an account with identities.")
            .detail("Their sessions end with it. The next sign-in with a verified address links again; who is not to come in is disabled.")
            .replies(200, "What it has ended.", schemas.of::<Unlinked>())
            .refuses(&[503])
    }
}
