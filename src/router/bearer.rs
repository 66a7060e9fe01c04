//! API keys at the gate: `Authorization: Bearer cek_…` (RFC 6750), and nowhere else; what stands in an address is in logs and histories.
//!
//! A key has no ambient authority: no browser sends it by itself. So where a call with a key comes from is not asked.

use std::borrow::Cow;

use base::hex;
use base::ids::SessionName;
use base::refusal::Refusal;
use durable::ask;
use sha2::{Digest as _, Sha256};

use crate::domain::key::KeySecret;
use crate::domain::log::{Level, StreamName};
use crate::objects::account::api::{AccountKey, Attempt};
use crate::objects::context::CallContext;
use crate::objects::session::api::{LiveSession, SessionKey, Used};
use crate::router::config::Config;
use crate::router::context::Exchange;
use crate::router::http::incoming::Incoming;

/// The credential of a `Bearer` header, if there is one. The scheme is read in any case, with white space around (RFC 9110 section
/// 11.1); another scheme is somebody else's, such as a proxy's.
///
/// # Errors
/// `Invalid` with `two_credentials` beside a session cookie: whose call it is must not depend on who looks (RFC 6750 section 2).
pub fn read<'i>(incoming: &'i Incoming, config: &Config) -> Result<Option<Cow<'i, str>>, Refusal> {
    let Some(header) = incoming.header("authorization") else { return Ok(None) };
    let Some(credential) = credential(&header).map(str::to_owned) else { return Ok(None) };
    let cookies = incoming.header("cookie");
    if cookies.as_ref().is_some_and(|cookies| config.cookie.read(cookies).is_some()) {
        let detail = "Send an API key or a session cookie, not both.";
        return Err(Refusal::invalid("Authorization", "two_credentials", detail));
    }
    Ok(Some(credential.into()))
}

fn credential(header: &str) -> Option<&str> {
    let white = [' ', '\t'];
    let header = header.trim_matches(white);
    let (scheme, rest) = header.split_once(white).unwrap_or((header, ""));
    scheme.eq_ignore_ascii_case("bearer").then(|| rest.trim_matches(white))
}

/// Asks the key's object whether it holds; the use is counted.
///
/// # Errors
/// `InvalidKey` when it does not; `TooManyAttempts` where an address tries texts that are no keys of this installation.
pub async fn hold(exchange: &Exchange<'_>, text: &str) -> Result<LiveSession, Refusal> {
    let (config, cx) = (exchange.config, &exchange.cx);
    let from = exchange.incoming.header("cf-connecting-ip").map_or_else(|| "unknown".to_owned(), Cow::into_owned);
    let Ok(key) = KeySecret::parse(text, &config.org, &config.id_seal) else {
        return Err(guessed(exchange, &from).await);
    };
    let name = SessionKey { org: config.org.clone(), session: key.session() };
    let session = match ask(exchange.env, &name, Used { from: from.clone() }, cx).await {
        Ok(session) => session,
        Err(Refusal::Unauthenticated) => {
            let fields = [("key", key.id().as_str().into()), ("address", from.into())];
            exchange.access.note(StreamName::Auth, Level::Warn, "API key refused", &fields);
            return Err(Refusal::InvalidKey);
        }
        Err(refusal) => return Err(refusal),
    };
    let is_it = session.key.is_some() && session.caller.via.as_ref().is_some_and(|via| via.id == *key.id());
    if is_it { Ok(session) } else { Err(Refusal::InvalidKey) }
}

/// For whom the actors are called.
pub fn context(cx: &CallContext, session: &LiveSession) -> CallContext {
    let name: SessionName = session.session.clone();
    CallContext { caller: Some(session.caller.clone()), session: Some(name), ..cx.clone() }
}

/// What no key of ours looks like is a guess of its address's, as a wrong password is one of its account's. Keys that hold are never
/// held up by it.
async fn guessed(exchange: &Exchange<'_>, from: &str) -> Refusal {
    let address_hash = hex(&Sha256::digest(format!("api key {from}").as_bytes()));
    let throttle = AccountKey::Login { org: exchange.org().clone(), address_hash };
    let fields = [("address", from.into())];
    match ask(exchange.env, &throttle, Attempt {}, &exchange.cx).await {
        Err(refusal @ Refusal::TooManyAttempts { .. }) => {
            exchange.access.note(StreamName::Auth, Level::Warn, "API keys throttled", &fields);
            refusal
        }
        // Not to be counted is no reason to say anything else.
        Ok(()) | Err(_) => {
            exchange.access.note(StreamName::Auth, Level::Warn, "unknown API key", &fields);
            Refusal::InvalidKey
        }
    }
}

#[cfg(test)]
mod tests {
    use super::credential;

    #[test]
    fn the_scheme_is_read_in_any_case_and_others_are_not_ours() {
        for header in ["Bearer cek_1", "bearer cek_1", "BEARER  cek_1 ", " \tbEaReR\tcek_1\t"] {
            assert_eq!(credential(header), Some("cek_1"), "{header:?}");
        }
        for header in ["", "Basic YTpi", "cek_1", "Bearercek_1", "Bearer=cek_1", "Token cek_1"] {
            assert_eq!(credential(header), None, "{header:?}");
        }
        // Two headers arrive as one, which is no key.
        assert_eq!(credential("Bearer cek_1, Bearer cek_2"), Some("cek_1, Bearer cek_2"));
        assert_eq!(credential("Bearer"), Some(""));
    }
}
