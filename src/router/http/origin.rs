//! Where a request comes from: the defence against forged requests from other sites (CSRF, OWASP ASVS 3.5.1 to 3.5.3).
//!
//! A write is taken when it comes from a page of ours and could not have been made by a plain form: two independent
//! checks, either of which stops a forgery. Nothing is changed by GET or HEAD, so those are not asked; the one that signs somebody in, at the
//! end of their way through an identity provider, needs an attempt that this browser began (`router/oidc`).
//!
//! A write with neither `Sec-Fetch-Site` nor `Origin` does not come from a browser: the Fetch standard puts `Origin` on
//! every request whose method is not GET or HEAD (as `null` where it is withheld, which is refused here). A forgery needs
//! a browser that holds the victim's cookie. So scripts and `curl` pass, if they meet the second check.

use thiserror::Error;

/// The header that marks a write without a JSON body as made by a program. No form can send it, and a page of another
/// origin may not without being asked for first (CORS). A page that names its user's id in it is answered 409 `other_user` when
/// somebody else is signed in by then.
pub const CUSTOM_HEADER: &str = "x-cepatedge";

/// The headers that tell where a write comes from, each as it was sent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Write<'a> {
    /// `Sec-Fetch-Site`.
    pub sec_fetch_site: Option<&'a str>,
    /// `Origin`.
    pub origin: Option<&'a str>,
    /// `Content-Type`.
    pub content_type: Option<&'a str>,
    /// [`CUSTOM_HEADER`]; its value does not matter here.
    pub custom_header: Option<&'a str>,
}

/// The origin of this deployment for the browser that addressed it as `own`: one of `listed`, where that is the same host behind a proxy that
/// takes TLS away; else as it was addressed.
#[must_use]
pub fn public<'o>(own: &'o str, listed: &'o [String]) -> &'o str {
    let host = |origin: &str| origin.split_once("://").map(|(_, host)| host.to_owned());
    let of_host = || listed.iter().find(|listed| host(listed) == host(own));
    listed.iter().find(|listed| listed.as_str() == own).or_else(of_host).map_or(own, String::as_str)
}

/// Why a request is refused because of where it comes from. To the client each is 403 `forbidden`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum OriginRefusal {
    /// A page of another site made it.
    #[error("The request comes from another site.")]
    OtherSite,
    /// A page of an origin that is not on the list made it.
    #[error("The request comes from an origin that is not allowed.")]
    ForeignOrigin,
    /// A WebSocket upgrade does not say where it comes from.
    #[error("A live connection needs an Origin header.")]
    NoOrigin,
    /// A plain form could have made it.
    #[error("Send JSON with Content-Type: application/json, or the header X-CepatEdge.")]
    NotFromAProgram,
}

/// Checks a request of a method other than GET and HEAD. `own_origin` is the origin that the request was sent to;
/// `allowed_origins` are the further ones that may write, in the spelling of browsers (`https://app.cepatedge.com`).
///
/// # Errors
/// The first reason for which it is refused.
pub fn check_write(write: &Write<'_>, own_origin: &str, allowed_origins: &[String]) -> Result<(), OriginRefusal> {
    match (write.sec_fetch_site, write.origin) {
        // The browser vouches for it; a page cannot set this header. It also holds where a proxy in front hides the name
        // that the browser used, and `own_origin` with it.
        (Some("same-origin"), _) => {}
        (Some("same-site"), Some(origin)) if is_listed(origin, allowed_origins) => {}
        (Some("same-site"), _) => return Err(OriginRefusal::ForeignOrigin),
        (Some(_), _) => return Err(OriginRefusal::OtherSite),
        (None, Some(origin)) if origin == own_origin || is_listed(origin, allowed_origins) => {}
        (None, Some(_)) => return Err(OriginRefusal::ForeignOrigin),
        (None, None) => {}
    }
    if write.custom_header.is_some() || write.content_type.is_some_and(is_json) {
        Ok(())
    } else {
        Err(OriginRefusal::NotFromAProgram)
    }
}

/// Checks a WebSocket upgrade. Browsers put no other defence around it: the cookie goes along from any site, and the
/// answer is readable. So the origin must be there, and exact.
///
/// # Errors
/// [`OriginRefusal::NoOrigin`] or [`OriginRefusal::ForeignOrigin`].
pub fn check_upgrade(origin: Option<&str>, own_origin: &str, allowed_origins: &[String]) -> Result<(), OriginRefusal> {
    match origin {
        Some(origin) if origin == own_origin || is_listed(origin, allowed_origins) => Ok(()),
        Some(_) => Err(OriginRefusal::ForeignOrigin),
        None => Err(OriginRefusal::NoOrigin),
    }
}

/// The value of `Access-Control-Allow-Origin` for a request from `origin`, if that is on the list. What was sent is never
/// given back as such: it is the list's own text.
#[must_use]
pub fn allowed(origin: Option<&str>, allowed_origins: &[String]) -> Option<String> {
    allowed_origins.iter().find(|allowed| Some(allowed.as_str()) == origin).cloned()
}

/// Byte for byte: browsers write an origin in one spelling only.
fn is_listed(origin: &str, allowed_origins: &[String]) -> bool {
    allowed_origins.iter().any(|allowed| allowed == origin)
}

fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

#[cfg(test)]
mod tests;
