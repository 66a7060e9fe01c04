//! The session cookie: its name, its attributes, and finding it among a request's cookies.
//!
//! By default it is host-only under the `__Host-` prefix, so that no other host of the domain can plant one. With
//! `COOKIE_DOMAIN` it is shared by the hosts of that domain, which must then all be ours.

use thiserror::Error;

/// The longest cookie value that is read, in bytes; nothing of ours comes near.
const MAX_VALUE_BYTES: usize = 4_096;

/// The session cookie of this deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionCookie {
    name: &'static str,
    domain: Option<String>,
}

/// `COOKIE_DOMAIN` is not a domain that a cookie can be set for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("COOKIE_DOMAIN is not a lower-case domain with a dot in it, such as cepatedge.com")]
pub struct InvalidDomain;

impl SessionCookie {
    /// `__Host-ce_session`, for the one host that sets it.
    #[must_use]
    pub fn host_only() -> Self {
        SessionCookie { name: "__Host-ce_session", domain: None }
    }

    /// `ce_session`, for `domain` and all hosts below it. A dot in front is allowed and means nothing (RFC 6265).
    ///
    /// # Errors
    /// [`InvalidDomain`] when it is not a domain name; it ends up in a header, so nothing else may pass.
    pub fn for_domain(domain: &str) -> Result<Self, InvalidDomain> {
        let domain = domain.strip_prefix('.').unwrap_or(domain);
        let is_label = |label: &str| {
            !label.is_empty() && label.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        };
        if domain.len() <= 253 && domain.contains('.') && domain.split('.').all(is_label) {
            Ok(SessionCookie { name: "ce_session", domain: Some(domain.to_owned()) })
        } else {
            Err(InvalidDomain)
        }
    }

    /// `__Host-ce_sign_in`: not the session's, but what attempts to sign in with an identity provider are bound to. It is always host-only.
    #[must_use]
    pub fn of_attempts() -> Self {
        SessionCookie { name: "__Host-ce_sign_in", domain: None }
    }

    /// The cookie's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The `Set-Cookie` that keeps `token` for `max_age_s` seconds.
    #[must_use]
    pub fn set(&self, token: &str, max_age_s: i64) -> String {
        let domain = self.domain.as_ref().map(|domain| format!("; Domain={domain}")).unwrap_or_default();
        format!("{}={token}{domain}; Path=/; Max-Age={max_age_s}; Secure; HttpOnly; SameSite=Lax", self.name)
    }

    /// The `Set-Cookie` that removes it.
    #[must_use]
    pub fn clear(&self) -> String {
        self.set("", 0)
    }

    /// The token in a `Cookie` header: the first cookie of the name, if it is not empty or out of all proportion.
    ///
    /// Only space and tab are white space here, as they are to a browser (RFC 6265 section 5.2). To it, a name behind
    /// any other is another name, which a page of any host of the domain may set, past the protection of `__Host-`.
    #[must_use]
    pub fn read<'h>(&self, header: &'h str) -> Option<&'h str> {
        let cookies = header.split(';').filter_map(|pair| pair.split_once('='));
        let white = [' ', '\t'];
        let mut cookies = cookies.map(|(name, value)| (name.trim_matches(white), value.trim_matches(white)));
        let (_, value) = cookies.find(|(name, _)| *name == self.name)?;
        (1..MAX_VALUE_BYTES).contains(&value.len()).then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_only_cookie_is_exactly_this() {
        let cookie = SessionCookie::host_only();
        assert_eq!(
            cookie.set("a.b.c", 43_200),
            "__Host-ce_session=a.b.c; Path=/; Max-Age=43200; Secure; HttpOnly; SameSite=Lax",
        );
        assert_eq!(cookie.clear(), "__Host-ce_session=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn the_domain_cookie_is_exactly_this_with_or_without_the_dot() {
        for written in ["cepatedge.com", ".cepatedge.com"] {
            let cookie = SessionCookie::for_domain(written).unwrap();
            assert_eq!(
                cookie.set("a.b.c", 60),
                "ce_session=a.b.c; Domain=cepatedge.com; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax",
            );
            assert_eq!(
                cookie.clear(),
                "ce_session=; Domain=cepatedge.com; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax",
            );
        }
    }

    #[test]
    fn only_a_domain_is_taken_as_a_domain() {
        let long = format!("{}.com", "a".repeat(250));
        for bad in [
            "",
            ".",
            "..",
            "localhost",
            "a..b",
            "..a.b",
            "a.b.",
            "A.com",
            "a.com; Secure",
            "a.com\r\nX: y",
            "a b.com",
            &long,
        ] {
            assert_eq!(SessionCookie::for_domain(bad), Err(InvalidDomain), "{bad:?}");
        }
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let cookie = SessionCookie::host_only();
        for header in [
            "__Host-ce_session=tok",
            "a=1; __Host-ce_session=tok; b=2",
            "a=1;__Host-ce_session=tok",
            "  __Host-ce_session = tok  ;",
            "novalue; __Host-ce_session=tok",
            "__Host-ce_session=tok; __Host-ce_session=second",
        ] {
            assert_eq!(cookie.read(header), Some("tok"), "{header:?}");
        }
        assert_eq!(cookie.read("__Host-ce_session=a=b"), Some("a=b"));
    }

    #[test]
    fn another_name_is_another_cookie() {
        let host_only = SessionCookie::host_only();
        let domain = SessionCookie::for_domain("cepatedge.com").unwrap();
        for header in ["", ";", "=", "ce_session", "__host-ce_session=tok", "x__Host-ce_session=tok", "ce_session=tok"]
        {
            assert_eq!(host_only.read(header), None, "{header:?}");
        }
        assert_eq!(domain.read("ce_session=tok"), Some("tok"));
        assert_eq!(domain.read("__Host-ce_session=tok"), None);
    }

    #[test]
    fn a_name_behind_other_white_space_is_another_name() {
        let cookie = SessionCookie::host_only();
        for white in ['\u{b}', '\u{c}', '\u{85}', '\u{a0}', '\u{2003}', '\u{3000}'] {
            for planted in [format!("{white}__Host-ce_session=evil"), format!("__Host-ce_session{white}=evil")] {
                assert_eq!(cookie.read(&planted), None, "{planted:?}");
                assert_eq!(cookie.read(&format!("{planted}; __Host-ce_session=tok")), Some("tok"), "{planted:?}");
            }
        }
        assert_eq!(cookie.read("a=1;\t__Host-ce_session\t=\ttok"), Some("tok"));
    }

    #[test]
    fn an_empty_or_huge_value_is_no_cookie() {
        let cookie = SessionCookie::host_only();
        assert_eq!(cookie.read("__Host-ce_session="), None);
        let header = |length: usize| format!("__Host-ce_session={}", "x".repeat(length));
        assert_eq!(cookie.read(&header(4_095)).map(str::len), Some(4_095));
        assert_eq!(cookie.read(&header(4_096)), None);
        assert_eq!(cookie.read(&format!("{}; __Host-ce_session=tok", header(4_096))), None, "the first one decides");
    }
}
