//! Our side of OpenID Connect: what a provider says of itself, and a code that becomes claims.
//!
//! What a provider says of itself, and its keys, are kept in the cache `identity`. A token that names a key which is not among those kept
//! has them asked for once more, and no sign-in asks twice: a provider may change its keys at any time, and a token cannot make us hammer it.

use base::refusal::Refusal;
use base::time::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use durable::{ask, clock};
use form_urlencoded::byte_serialize;
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use super::platform::{self, Answered};
use crate::domain::identity::issuer::{Reach, discovery_url};
use crate::domain::identity::provider::{ClientProof, Provider, ProviderFault};
use crate::domain::identity::token::{self, Claims, Expected, TokenFault, Unverified};
use crate::objects::cache::api::{CacheKey, CacheNamespace, Get, Put};
use crate::router::context::Exchange;
use crate::router::in_force;

/// So long what a provider says of itself, and its keys, are gone by, in milliseconds: an hour.
const FRESH_MS: i64 = 60 * 60 * 1_000;

/// A verifier of the right form (RFC 7636 section 4.1) that belongs to no attempt.
const UNUSED: &str = "0000000000000000000000000000000000000000000";

/// What went wrong with a provider.
#[derive(Debug, Error)]
pub enum Fault {
    /// It did not answer in time, with too much, or with an error of its own.
    #[error("the provider did not answer")]
    Away,
    /// It answered something else than what was asked for, with this status.
    #[error("the provider answered with {0}")]
    Status(u16),
    /// It and the settings do not fit together.
    #[error("{0}")]
    Provider(#[from] ProviderFault),
    /// It does not know us, or our secret: `invalid_client` (RFC 6749 section 5.2).
    #[error("the provider does not take the client id, or its secret")]
    Client,
    /// It does not take the code: `invalid_grant`, which is over, used, or another client's.
    #[error("the provider does not take the code")]
    Code,
    /// What it says is not to be believed.
    #[error("{0}")]
    Token(#[from] TokenFault),
}

/// A code on its way to claims.
pub struct Redeemed<'a> {
    /// The code.
    pub code: &'a str,
    /// Who we are.
    pub client_id: &'a str,
    /// Where it was sent.
    pub redirect_uri: &'a str,
    /// What proves that it is ours (RFC 7636).
    pub verifier: &'a str,
    /// What the token repeats.
    pub nonce: &'a str,
    /// Since when they must have proved who they are, where that is what they were sent for.
    pub proved_since: Option<Timestamp>,
}

/// What may be reached from here.
pub fn reach(exchange: &Exchange<'_>) -> Reach {
    if exchange.config.is_development { Reach::AlsoThisMachine } else { Reach::Public }
}

/// What the provider says of itself.
///
/// # Errors
/// `Away`, `Status`, `Provider`.
pub async fn provider(exchange: &Exchange<'_>, issuer: &str) -> Result<Provider, Fault> {
    let url = discovery_url(issuer);
    if let Some(text) = cached(exchange, &url).await {
        return Ok(Provider::read(&text, issuer, reach(exchange))?);
    }
    let text = fetched(&url).await?;
    let provider = Provider::read(&text, issuer, reach(exchange))?;
    keep(exchange, &url, text).await;
    Ok(provider)
}

/// The same, without the cache: for whoever has just changed something.
///
/// # Errors
/// `Away`, `Status`, `Provider`; `Token` where its keys cannot be read.
pub async fn looked_at(exchange: &Exchange<'_>, issuer: &str) -> Result<Provider, Fault> {
    let url = discovery_url(issuer);
    let text = fetched(&url).await?;
    let provider = Provider::read(&text, issuer, reach(exchange))?;
    let keys = fetched(&provider.keys).await?;
    if !token::are_keys(&keys) {
        return Err(TokenFault::UnusableKey.into());
    }
    keep(exchange, &url, text).await;
    keep(exchange, &provider.keys, keys).await;
    Ok(provider)
}

/// Whether the provider knows us and our secret, as far as it says so of a code that nobody made.
///
/// # Errors
/// `Client` where it does not.
pub async fn introduce(
    exchange: &Exchange<'_>,
    provider: &Provider,
    client_id: &str,
    redirect_uri: &str,
) -> Result<(), Fault> {
    let redeemed =
        Redeemed { code: "test", client_id, redirect_uri, verifier: UNUSED, nonce: UNUSED, proved_since: None };
    match exchanged(exchange, provider, &redeemed).await {
        Err(Fault::Client) => Err(Fault::Client),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// What the provider says of the person who came back with a code.
///
/// # Errors
/// What went wrong; `Token` for what is not to be believed.
pub async fn redeem(exchange: &Exchange<'_>, provider: &Provider, redeemed: &Redeemed<'_>) -> Result<Claims, Fault> {
    #[derive(Deserialize)]
    struct Tokens {
        id_token: String,
        #[serde(default)]
        access_token: Option<String>,
    }
    let answered = exchanged(exchange, provider, redeemed).await?;
    let tokens: Tokens = base::json::from_str(&answered.text).map_err(|_| TokenFault::Malformed)?;
    let unverified = token::parse(&tokens.id_token)?;
    let key = key_of(exchange, provider, &unverified).await?;
    platform::check_signature(&unverified, &key).await?;
    let now_s = clock::now().as_ms() / 1_000;
    let expected = Expected {
        issuer: &provider.issuer,
        client_id: redeemed.client_id,
        nonce: redeemed.nonce,
        now_s,
        proved_since_s: redeemed.proved_since.map(|since| since.as_ms() / 1_000),
    };
    let claims = unverified.claims(&expected)?;
    match (&provider.userinfo, &tokens.access_token) {
        // Some providers keep the token short and tell the address there alone.
        (Some(userinfo), Some(access)) if claims.email.is_none() => {
            let bearer = format!("Bearer {access}");
            let said = platform::call(userinfo, &[("authorization", &bearer)], "").await.ok_or(Fault::Away)?;
            if said.status != 200 {
                return Err(Fault::Status(said.status));
            }
            let more = token::userinfo(&said.text, &claims.subject)?;
            let name = claims.name.clone().or(more.name);
            Ok(Claims { name, email: more.email, verified: more.verified, ..claims })
        }
        _ => Ok(claims),
    }
}

async fn exchanged(exchange: &Exchange<'_>, provider: &Provider, redeemed: &Redeemed<'_>) -> Result<Answered, Fault> {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.append_pair("grant_type", "authorization_code")
        .append_pair("code", redeemed.code)
        .append_pair("redirect_uri", redeemed.redirect_uri)
        .append_pair("code_verifier", redeemed.verifier);
    let basic = match (&exchange.config.oidc_secret, provider.proof) {
        (Some(secret), ClientProof::Basic) => {
            // Both are encoded as a form before they are joined (RFC 6749 section 2.3.1).
            let [id, secret] =
                [redeemed.client_id, secret].map(|text| byte_serialize(text.as_bytes()).collect::<String>());
            Some(format!("Basic {}", STANDARD.encode(format!("{id}:{secret}"))))
        }
        (Some(secret), ClientProof::Post) => {
            body.append_pair("client_id", redeemed.client_id).append_pair("client_secret", secret);
            None
        }
        (None, _) => {
            body.append_pair("client_id", redeemed.client_id);
            None
        }
    };
    let mut headers = vec![("content-type", "application/x-www-form-urlencoded")];
    headers.extend(basic.as_deref().map(|basic| ("authorization", basic)));
    let answered = platform::call(&provider.token, &headers, &body.finish()).await.ok_or(Fault::Away)?;
    match answered.status {
        200 => Ok(answered),
        500.. => Err(Fault::Away),
        status => Err(refused(status, &answered.text)),
    }
}

/// What an error of the token endpoint means (RFC 6749 section 5.2).
fn refused(status: u16, text: &str) -> Fault {
    #[derive(Deserialize)]
    struct Problem {
        error: String,
    }
    match base::json::from_str::<Problem>(text).as_ref().map(|problem| problem.error.as_str()) {
        Ok("invalid_client" | "unauthorized_client") => Fault::Client,
        Ok("invalid_grant") => Fault::Code,
        Ok(_) | Err(_) => Fault::Status(status),
    }
}

/// The key that a token names: of those that are kept, or of those that there are now.
async fn key_of(exchange: &Exchange<'_>, provider: &Provider, token: &Unverified<'_>) -> Result<String, Fault> {
    if let Some(keys) = cached(exchange, &provider.keys).await {
        match token::choose(&keys, token) {
            Err(TokenFault::UnknownKey) => {}
            chosen => return Ok(chosen?),
        }
    }
    let keys = fetched(&provider.keys).await?;
    let chosen = token::choose(&keys, token)?;
    keep(exchange, &provider.keys, keys).await;
    Ok(chosen)
}

async fn fetched(url: &str) -> Result<String, Fault> {
    let answered = platform::call(url, &[], "").await.ok_or(Fault::Away)?;
    match answered.status {
        200 => Ok(answered.text),
        500.. => Err(Fault::Away),
        status => Err(Fault::Status(status)),
    }
}

fn cache_of(exchange: &Exchange<'_>) -> CacheKey {
    CacheKey { org: exchange.org().clone(), namespace: CacheNamespace::Identity.to_string() }
}

/// A stale value is none: keys that the provider has withdrawn must not live on.
async fn cached(exchange: &Exchange<'_>, url: &str) -> Option<String> {
    if !in_force::known().caches.identity {
        return None;
    }
    let get = Get { key: url.to_owned() };
    let found = ask(exchange.env, &cache_of(exchange), get, &exchange.cx).await.ok().flatten()?;
    found.fresh.then(|| found.value.get().to_owned())
}

/// What cannot be kept is asked for again. It is kept on one line, as all that travels between objects.
async fn keep(exchange: &Exchange<'_>, url: &str, text: String) {
    let line = base::json::from_str::<Value>(&text).map(|value| value.to_string());
    if let (true, Ok(value)) = (in_force::known().caches.identity, line) {
        let put = Put { key: url.to_owned(), value, ttl_ms: FRESH_MS, tags: Vec::new(), as_of: None, version: 0 };
        let _kept: Result<(), Refusal> = ask(exchange.env, &cache_of(exchange), put, &exchange.cx).await;
    }
}
