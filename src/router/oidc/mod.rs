//! Sign-in with the organisation's identity provider: somebody is sent there, and comes back with a code (OpenID Connect Core 1.0 section
//! 3.1, with PKCE).
//!
//! An attempt is kept by its SignInObject, taken once, and bound to the browser by a cookie: of that cookie and the attempt's state its
//! nonce and its verifier are made, so that neither is stored. Both ends are pages that a person looks at: whatever goes wrong, they are
//! led to a page of the app that says what, and nothing is answered as JSON.

mod client;
mod enter;
mod platform;
mod trouble;

use std::rc::Rc;

use base::hex;
use base::refusal::Refusal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use durable::{ask, clock};
use form_urlencoded::byte_serialize;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use url::Url;

use crate::domain::factor::Method;
use crate::domain::identity::issuer::path_of_ours;
use crate::domain::identity::provider::Provider;
use crate::domain::identity::{ATTEMPT_LASTS_MS, SignInProblem};
use crate::domain::log::{Level, StreamName};
use crate::domain::settings::InForce;
use crate::objects::sign_in::api::{Attempt, AttemptKey, Begin, Take};
use crate::router::context::Exchange;
use crate::router::entry::{self, Proof, Stays};
use crate::router::http::cookie::SessionCookie;
use crate::router::http::reply::Reply;
use crate::router::{auth, gate, in_force};
use client::Redeemed;
use trouble::Trouble;

pub use client::{Fault, introduce, looked_at};

/// Where a provider sends people back.
const CALLBACK: &str = "/api/auth/oidc/callback";

/// The page of the app that takes whoever comes back.
const PAGE: &str = "/signed-in";

/// What is asked for: who they are, their address, their name.
const SCOPE: &str = "openid email profile";

/// How one can sign in here.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignInMethods {
    /// With the organisation's identity provider, where that is on.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub oidc: Option<OidcMethod>,
}

/// The organisation's identity provider, as the sign-in page shows it.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OidcMethod {
    /// What it is called, if somebody has said so.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub name: Option<String>,
}

/// `GET /api/auth/methods`.
///
/// # Errors
/// `Internal` when it cannot be written as JSON.
pub async fn methods(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let settings = settings(exchange).await;
    let rules = &settings.identity;
    let name = Some(rules.name.clone()).filter(|name| !name.is_empty());
    Reply::json(200, &SignInMethods { oidc: rules.is_ready().then_some(OidcMethod { name }) })
}

/// `GET /api/auth/oidc/start?to=&prove=`: on to the provider.
///
/// # Errors
/// None: whatever is wrong, the app says it.
pub async fn start(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    Ok(begin(exchange).await.unwrap_or_else(|trouble| told(exchange, &trouble)))
}

/// `GET /api/auth/oidc/callback?state=&code=`: back from the provider, and in.
///
/// # Errors
/// None: whatever is wrong, the app says it.
pub async fn callback(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    Ok(finish(exchange).await.unwrap_or_else(|trouble| told(exchange, &trouble)))
}

/// Where the provider is told to send people back, for the host that this browser uses.
pub fn redirect_uri(exchange: &Exchange<'_>) -> String {
    format!("{}{CALLBACK}", exchange.public_origin())
}

async fn settings(exchange: &Exchange<'_>) -> Rc<InForce> {
    in_force::current(exchange.env, exchange.config, &exchange.cx, exchange.access.started()).await
}

fn told(exchange: &Exchange<'_>, trouble: &Trouble) -> Reply {
    let fields: [(&str, Value); 3] =
        [("method", "oidc".into()), ("problem", trouble.problem.as_str().into()), ("why", trouble.why.as_str().into())];
    exchange.access.note(StreamName::Auth, Level::Warn, "sign-in refused", &fields);
    Reply::see_other(format!("{PAGE}?problem={}", trouble.problem))
}

async fn begin(exchange: &Exchange<'_>) -> Result<Reply, Trouble> {
    auth::limit_by_address(exchange).await?;
    let settings = settings(exchange).await;
    let rules = &settings.identity;
    if !rules.is_ready() {
        return Err(SignInProblem::Off.into());
    }
    let provider = client::provider(exchange, &rules.issuer).await?;
    // Another window of this browser may have begun one, too: both go on with one cookie.
    let browser = browser_of(exchange).map_or_else(random, Ok)?;
    let state = random()?;
    let to = exchange.incoming.foreign("to")?;
    let is_proof = exchange.incoming.foreign("prove")?.is_some();
    if is_proof && !provider.tells_auth_time {
        let why = "the provider says that it does not tell when somebody has proved who they are".to_owned();
        return Err(Trouble { problem: SignInProblem::NoProof, why });
    }
    let attempt = Attempt {
        browser: hash(&browser),
        issuer: rules.issuer.clone(),
        client_id: rules.client_id.clone(),
        redirect_uri: redirect_uri(exchange),
        to: path_of_ours(to.as_deref()).to_owned(),
        proved_since: is_proof.then(clock::now),
    };
    let location = authorization_url(&provider, &attempt, &browser, &state)?;
    let key = AttemptKey::of(exchange.org().clone(), &state);
    ask(exchange.env, &key, Begin { attempt }, &exchange.cx).await?;
    let cookie = SessionCookie::of_attempts().set(&browser, ATTEMPT_LASTS_MS / 1_000);
    Ok(Reply::see_other(location).with("set-cookie", cookie))
}

fn authorization_url(provider: &Provider, attempt: &Attempt, browser: &str, state: &str) -> Result<String, Refusal> {
    let mut url = Url::parse(&provider.authorization).map_err(|_| Refusal::Internal)?;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(made_of(browser, "verifier", state)?));
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", &attempt.client_id)
        .append_pair("redirect_uri", &attempt.redirect_uri)
        .append_pair("scope", SCOPE)
        .append_pair("state", state)
        .append_pair("nonce", &made_of(browser, "nonce", state)?)
        .append_pair("code_challenge", &challenge)
        .append_pair("code_challenge_method", "S256");
    if attempt.proved_since.is_some() {
        // To be asked anew, and to have it said when (OpenID Connect Core 1.0 section 3.1.2.1).
        url.query_pairs_mut().append_pair("prompt", "login").append_pair("max_age", "0");
    }
    Ok(url.into())
}

async fn finish(exchange: &Exchange<'_>) -> Result<Reply, Trouble> {
    let address = auth::limit_by_address(exchange).await?;
    let settings = settings(exchange).await;
    let rules = &settings.identity;
    let parameter = |name| exchange.incoming.foreign(name);
    let (state, code, iss, error) = (parameter("state")?, parameter("code")?, parameter("iss")?, parameter("error")?);
    let (state, browser) = (state.unwrap_or_default(), browser_of(exchange).unwrap_or_default());
    let Some(attempt) = taken(exchange, &state, &browser).await? else {
        // The way back in the browser's history leads through here: who is in already stays in.
        return if is_signed_in(exchange).await {
            Ok(Reply::see_other("/".into()))
        } else {
            Err(SignInProblem::Expired.into())
        };
    };
    if !rules.is_ready() {
        return Err(SignInProblem::Off.into());
    }
    if (attempt.issuer.as_str(), attempt.client_id.as_str()) != (rules.issuer.as_str(), rules.client_id.as_str()) {
        return Err(SignInProblem::Expired.into());
    }
    let provider = client::provider(exchange, &attempt.issuer).await?;
    if !provider.answers(iss.as_deref()) {
        return Err(Trouble { problem: SignInProblem::BadToken, why: "the answer is of another provider".into() });
    }
    if let Some(error) = error {
        return Err(refused(&error));
    }
    let redeemed = Redeemed {
        code: &code.ok_or(SignInProblem::Refused)?,
        client_id: &attempt.client_id,
        redirect_uri: &attempt.redirect_uri,
        verifier: &made_of(&browser, "verifier", &state)?,
        nonce: &made_of(&browser, "nonce", &state)?,
        proved_since: attempt.proved_since,
    };
    let claims = client::redeem(exchange, &provider, &redeemed).await?;
    let entered = enter::let_in(exchange, rules, &claims).await?;
    let proof = Proof { methods: vec![Method::Provider], at: entered.proved_at(&claims, clock::now()) };
    let reply = entry::open_session(exchange, 200, entered.user, address, Stays::WhileUsed, proof).await?;
    let to: String = byte_serialize(attempt.to.as_bytes()).collect();
    Ok(reply.and_see_other(format!("{PAGE}?to={to}")))
}

/// What an error of the provider means (RFC 6749 section 4.1.2.1, OpenID Connect Core 1.0 section 3.1.2.6). Its own words stay unread.
fn refused(error: &str) -> Trouble {
    let problem = match error {
        "access_denied" | "consent_required" | "interaction_required" | "login_required" => SignInProblem::Denied,
        "server_error" | "temporarily_unavailable" => SignInProblem::ProviderAway,
        "unauthorized_client" | "invalid_request" | "invalid_scope" | "unsupported_response_type" => {
            SignInProblem::Misconfigured
        }
        _ => SignInProblem::Refused,
    };
    let is_word = |character: &char| character.is_ascii_lowercase() || *character == '_';
    Trouble { problem, why: error.chars().filter(is_word).take(40).collect() }
}

async fn taken(exchange: &Exchange<'_>, state: &str, browser: &str) -> Result<Option<Attempt>, Refusal> {
    // What nobody here can have made names no object.
    if !is_random(state) || browser.is_empty() {
        return Ok(None);
    }
    let key = AttemptKey::of(exchange.org().clone(), state);
    ask(exchange.env, &key, Take { browser: hash(browser) }, &exchange.cx).await
}

async fn is_signed_in(exchange: &Exchange<'_>) -> bool {
    let now_s = clock::now().as_ms() / 1_000;
    match gate::present(exchange.incoming, exchange.config, exchange.access.trace(), now_s) {
        Ok(presented) => gate::hold(exchange.env, &presented).await.is_ok(),
        Err(_) => false,
    }
}

/// What this browser was given when it began an attempt.
fn browser_of(exchange: &Exchange<'_>) -> Option<String> {
    let header = exchange.incoming.header("cookie")?;
    SessionCookie::of_attempts().read(&header).filter(|value| is_random(value)).map(str::to_owned)
}

/// 256 random bits.
fn random() -> Result<String, Refusal> {
    Ok(URL_SAFE_NO_PAD.encode(clock::random::<32>()?))
}

fn is_random(text: &str) -> bool {
    URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32)
}

/// A word of one attempt that nobody knows who has not the browser's cookie.
fn made_of(browser: &str, what: &str, state: &str) -> Result<String, Refusal> {
    let mac = Hmac::<Sha256>::new_from_slice(browser.as_bytes()).map_err(|_| Refusal::Internal)?;
    Ok(URL_SAFE_NO_PAD.encode(mac.chain_update(format!("{what} {state}")).finalize().into_bytes()))
}

fn hash(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(super) mod describe {
    use super::SignInMethods;
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::{Schemas, text};

    pub fn methods(schemas: &mut Schemas) -> Operation {
        Operation::new("signInMethods", "session", "How one can sign in here, beside a password.").replies(
            200,
            "The ways.",
            schemas.of::<SignInMethods>(),
        )
    }

    pub fn start(_schemas: &mut Schemas) -> Operation {
        Operation::new("startOidc", "session", "Go to the organisation's identity provider.")
            .detail("For a browser that goes there. The attempt is good for 10 minutes, once, in this browser.")
            .query(
                "prove",
                text(5),
                "With any value: they prove anew who they are (`prompt=login`), and the provider has to say when.",
            )
            .query("to", text(500), "The path in the app where they go on; its first page for what is none.")
            .replies_empty(303, "On to the provider, or to the page of the app that says what is wrong.")
            .with_header("Location", "Where to.")
            .with_header("Set-Cookie", "What the attempt is bound to.")
    }

    pub fn callback(_schemas: &mut Schemas) -> Operation {
        Operation::new("finishOidc", "session", "Come back from the identity provider, and be signed in.")
            .detail("For the provider to send a browser to, with what OpenID Connect says; anything else in the query is not read.")
            .replies_empty(303, "Into the app, signed in; or to its page that says what is wrong (`problem`).")
            .with_header("Location", "Where to.")
            .with_header("Set-Cookie", "The session.")
    }
}
