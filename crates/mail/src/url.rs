//! Where mail goes and how: `smtp://user:password@host:587`, `smtps://user:password@host:465`.
//!
//! Owns one decision: a password and a mail go to a host that is not loopback through TLS or not at all. There is no setting for
//! the contrary (RFC 8314).

use std::fmt;
use std::net::IpAddr;

use percent_encoding::percent_decode_str;
use thiserror::Error;
use url::Url;

/// When the bytes are encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// From the first byte on.
    Tls,
    /// After the server has agreed to; one that does not is left (RFC 3207).
    StartTls,
    /// Never; only ever to loopback.
    Plain,
}

/// An SMTP server and who we are there. Its `Debug` shows neither the user nor the password.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpUrl {
    host: String,
    port: u16,
    user: String,
    password: String,
    security: Security,
}

/// Why a `MAIL_URL` cannot be used. No variant repeats the URL: it holds the password.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UrlError {
    /// Not a URL at all.
    #[error("it is not a URL")]
    Malformed,
    /// A scheme that nothing is known of.
    #[error("its scheme is none of smtp, smtps, https, binding and log")]
    Scheme,
    /// A part that cannot be done without is absent.
    #[error("it names no {0}")]
    Missing(&'static str),
    /// A part is not plain text after percent-decoding.
    #[error("its {0} is not plain text")]
    Text(&'static str),
    /// A port that a Worker cannot reach.
    #[error("port 25 is closed to Workers; providers take mail on 587 or 465")]
    Port25,
    /// An HTTP API that is not known by its host, and no form is named.
    #[error("its form is not known: add ?form=resend, ?form=postmark or ?form=brevo")]
    Form,
    /// A key of an HTTP API in the clear.
    #[error("an HTTP API is called by https, or on this machine")]
    Insecure,
}

impl SmtpUrl {
    /// Parses `smtp://…` (587, STARTTLS required; to loopback in the clear, unless `?starttls=required`) or `smtps://…` (465, TLS).
    /// User and password are percent-decoded; without a user nobody signs in.
    ///
    /// # Errors
    /// What is wrong, without the URL.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let text = text.trim();
        let scheme = text.split_once(':').ok_or(UrlError::Malformed)?.0;
        let implicit = match scheme.to_ascii_lowercase().as_str() {
            "smtp" => false,
            "smtps" => true,
            _ => return Err(UrlError::Scheme),
        };
        let url = Url::parse(text).map_err(|_| UrlError::Malformed)?;
        let host = decoded(url.host_str().unwrap_or_default(), "host")?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() {
            return Err(UrlError::Missing("host"));
        }
        let user = decoded(url.username(), "user")?;
        let password = decoded(url.password().unwrap_or_default(), "password")?;
        if !user.is_empty() && password.is_empty() {
            return Err(UrlError::Missing("password"));
        }
        let is_required = url.query_pairs().any(|(key, value)| key == "starttls" && value == "required");
        let security = match (implicit, is_loopback(&host)) {
            (true, _) => Security::Tls,
            (false, true) if !is_required => Security::Plain,
            (false, _) => Security::StartTls,
        };
        let port = url.port().unwrap_or(if implicit { 465 } else { 587 });
        if port == 25 {
            return Err(UrlError::Port25);
        }
        Ok(Self { host, port, user, password, security })
    }

    /// The host name, or an IP address without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The TCP port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whom to sign in as; empty for nobody.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The password; empty where nobody signs in.
    #[must_use]
    pub fn password(&self) -> &str {
        &self.password
    }

    /// When the bytes are encrypted.
    #[must_use]
    pub fn security(&self) -> Security {
        self.security
    }
}

impl fmt::Debug for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpUrl")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .finish_non_exhaustive()
    }
}

/// Whether the host is this machine, spelled so that no resolver can say otherwise.
pub(crate) fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Without its percent signs, and without control characters: a line break in a user name would be a command.
pub(crate) fn decoded(text: &str, part: &'static str) -> Result<String, UrlError> {
    let decoded = percent_decode_str(text).decode_utf8().map_err(|_| UrlError::Text(part))?;
    if decoded.chars().any(char::is_control) { Err(UrlError::Text(part)) } else { Ok(decoded.into_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_says_when_it_is_encrypted() {
        for (text, port, security) in [
            ("smtp://u:p@mail.example", 587, Security::StartTls),
            ("SMTP://u:p@mail.example:2525", 2525, Security::StartTls),
            ("smtps://u:p@mail.example", 465, Security::Tls),
            ("smtps://u:p@localhost", 465, Security::Tls),
            ("smtp://u:p@localhost:1025", 1025, Security::Plain),
            ("smtp://127.0.0.1:1025?starttls=required", 1025, Security::StartTls),
            ("smtp://u:p@[::1]:1025", 1025, Security::Plain),
            // What only looks like this machine is another one.
            ("smtp://u:p@localhost.example", 587, Security::StartTls),
            ("smtp://u:p@127.1", 587, Security::StartTls),
            ("smtp://u:p@10.0.0.1", 587, Security::StartTls),
        ] {
            let url = SmtpUrl::parse(text).unwrap();
            assert_eq!((url.port(), url.security()), (port, security), "{text}");
        }
    }

    #[test]
    fn user_and_password_are_decoded_and_shown_to_nobody() {
        let url = SmtpUrl::parse("smtp://me%40home.example:p%3Aw%2F@mail.example").unwrap();
        assert_eq!((url.user(), url.password()), ("me@home.example", "p:w/"));
        let shown = format!("{url:?}");
        assert!(!shown.contains("me@") && !shown.contains("p:w"), "{shown}");
    }

    #[test]
    fn what_cannot_work_is_refused_without_repeating_it() {
        for (text, error) in [
            ("", UrlError::Malformed),
            ("mail.example", UrlError::Malformed),
            ("ftp://u:hunter2@h", UrlError::Scheme),
            ("smtp://", UrlError::Missing("host")),
            ("smtp://u@mail.example", UrlError::Missing("password")),
            ("smtp://u%0D%0AQUIT:p@mail.example", UrlError::Text("user")),
            ("smtp://u:p%00@mail.example", UrlError::Text("password")),
            ("smtp://u:p@mail.example:25", UrlError::Port25),
        ] {
            assert_eq!(SmtpUrl::parse(text), Err(error.clone()), "{text}");
            assert!(!error.to_string().contains("hunter2"));
        }
    }
}
