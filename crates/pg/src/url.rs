//! `DATABASE_URL`: where PostgreSQL is, who we are there, and whether the way is encrypted.
//!
//! Owns one decision: bytes to a host that is not loopback always go through TLS. There is no setting for the contrary,
//! so a typing error in a deployment can be an outage but never a password in the clear.

use std::fmt;
use std::net::IpAddr;

use percent_encoding::percent_decode_str;
use thiserror::Error;
use url::Url;

const DEFAULT_PORT: u16 = 5432;

/// A parsed `DATABASE_URL`. Its `Debug` shows neither the user nor the password.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    host: String,
    port: u16,
    user: String,
    password: String,
    database: String,
    transport: Transport,
    reach: Reach,
}

/// Where the other end is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// On this machine, or behind a binding of the runtime's: the bytes cross no network in the clear.
    Local,
    /// Anywhere.
    Remote,
}

/// How bytes travel to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// As they are; only ever to a loopback address.
    Plain,
    /// SSLRequest, then TLS with the certificate and host name verified by the platform.
    Tls,
}

/// Why a `DATABASE_URL` cannot be used. No variant repeats the URL: it holds the password.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UrlError {
    /// Not a URL at all.
    #[error("it is not a URL")]
    Malformed(#[from] url::ParseError),
    /// Another scheme than `postgres` or `postgresql`.
    #[error("its scheme is {0:?}, not \"postgres\"")]
    Scheme(String),
    /// A part that PostgreSQL cannot do without is absent.
    #[error("it names no {0}")]
    Missing(&'static str),
    /// A part is not UTF-8 after percent-decoding, or holds a NUL, which would end it early on the wire.
    #[error("its {0} is not plain UTF-8 text")]
    Text(&'static str),
    /// An `sslmode` that does not exist.
    #[error("its sslmode {0:?} is unknown")]
    SslMode(String),
    /// `sslmode=disable` towards a host that is not loopback.
    #[error("plaintext is refused: {host} is not a loopback address")]
    PlaintextRefused {
        /// The host that plaintext was asked for.
        host: String,
    },
}

impl DatabaseUrl {
    /// Parses `postgres://user:password@host:port/database?sslmode=…`, each part percent-decoded.
    ///
    /// `sslmode` follows libpq, except that what is encrypted is always verified: `require`, `verify-ca` and `verify-full`
    /// are all full verification. Absent, `allow` and `prefer` mean TLS, and plaintext on loopback. Other parameters
    /// are left to the drivers that know them; `channel_binding=require` in particular cannot be honoured, as a Worker is
    /// never shown the server's certificate, and verification of the host name stands in its place.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        Self::read(text, |host| if is_loopback(host) { Reach::Local } else { Reach::Remote })
    }

    /// Parses the connection string of a Hyperdrive binding. Its host exists only inside the runtime, which encrypts
    /// onwards by itself, so plaintext is as good as on loopback.
    pub fn of_hyperdrive(text: &str) -> Result<Self, UrlError> {
        Self::read(text, |_| Reach::Local)
    }

    fn read(text: &str, reach: impl FnOnce(&str) -> Reach) -> Result<Self, UrlError> {
        check_scheme(text)?;
        let url = Url::parse(text)?;
        let host = decoded(url.host_str().unwrap_or_default(), "host")?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let user = decoded(url.username(), "user")?;
        let password = decoded(url.password().unwrap_or_default(), "password")?;
        let database = decoded(url.path().trim_start_matches('/'), "database")?;
        for (part, name) in [(&host, "host"), (&user, "user"), (&database, "database")] {
            if part.is_empty() {
                return Err(UrlError::Missing(name));
            }
        }
        let sslmode = url.query_pairs().find(|(key, _)| key == "sslmode").map(|(_, mode)| mode.into_owned());
        let reach = reach(&host);
        let transport = transport(&host, reach, sslmode.as_deref())?;
        Ok(Self { port: url.port().unwrap_or(DEFAULT_PORT), host, user, password, database, transport, reach })
    }

    /// The host name, or an IP address without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The TCP port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The role to sign in as.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The password; empty when the URL has none.
    pub fn password(&self) -> &str {
        &self.password
    }

    /// The database's name.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// Plaintext or TLS.
    pub fn transport(&self) -> Transport {
        self.transport
    }

    /// Where the server is.
    pub fn reach(&self) -> Reach {
        self.reach
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabaseUrl")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("database", &self.database)
            .field("transport", &self.transport)
            .finish_non_exhaustive()
    }
}

/// Goes before the parser, which reads the hosts of the web's schemes by other rules. What is no scheme is not repeated:
/// it may hold the password.
fn check_scheme(text: &str) -> Result<(), UrlError> {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    match text.trim_ascii_start().split_once(':') {
        Some((scheme, _)) if ["postgres", "postgresql"].iter().any(|ours| scheme.eq_ignore_ascii_case(ours)) => Ok(()),
        Some((scheme, _)) if scheme.bytes().all(is_letter) => Err(UrlError::Scheme(scheme.to_ascii_lowercase())),
        Some(_) | None => Err(url::ParseError::RelativeUrlWithoutBase.into()),
    }
}

fn transport(host: &str, reach: Reach, sslmode: Option<&str>) -> Result<Transport, UrlError> {
    match (sslmode, reach) {
        (None | Some("allow" | "prefer" | "disable"), Reach::Local) => Ok(Transport::Plain),
        (None | Some("allow" | "prefer"), Reach::Remote) => Ok(Transport::Tls),
        (Some("require" | "verify-ca" | "verify-full"), Reach::Local | Reach::Remote) => Ok(Transport::Tls),
        (Some("disable"), Reach::Remote) => Err(UrlError::PlaintextRefused { host: host.to_owned() }),
        (Some(other), Reach::Local | Reach::Remote) => Err(UrlError::SslMode(other.to_owned())),
    }
}

/// Whether the host is this machine, spelled so that no resolver can say otherwise.
fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn decoded(text: &str, part: &'static str) -> Result<String, UrlError> {
    let decoded = percent_decode_str(text).decode_utf8().map_err(|_| UrlError::Text(part))?;
    if decoded.contains('\0') { Err(UrlError::Text(part)) } else { Ok(decoded.into_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_percent_decoded() {
        let url = DatabaseUrl::parse(" POSTGRES://me%40home:p%40ss%2Fw%25@localhost:6543/my%20db\n").unwrap();
        assert_eq!(
            (url.user(), url.password(), url.host(), url.port(), url.database()),
            ("me@home", "p@ss/w%", "localhost", 6543, "my db")
        );
    }

    #[test]
    fn a_remote_host_gets_tls_unless_plaintext_is_asked_for_which_is_refused() {
        let remote = "postgres://u:p@ep-cool.neon.tech/db";
        for query in ["", "?sslmode=prefer", "?sslmode=require&channel_binding=require", "?sslmode=verify-full"] {
            assert_eq!(DatabaseUrl::parse(&format!("{remote}{query}")).unwrap().transport(), Transport::Tls);
        }
        assert_eq!(
            DatabaseUrl::parse(&format!("{remote}?sslmode=disable")),
            Err(UrlError::PlaintextRefused { host: "ep-cool.neon.tech".to_owned() })
        );
    }

    #[test]
    fn loopback_is_plain_unless_tls_is_asked_for() {
        for host in ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "[::1]"] {
            let url = DatabaseUrl::parse(&format!("postgresql://u:p@{host}/db")).unwrap();
            assert_eq!(url.transport(), Transport::Plain, "{host}");
            let url = DatabaseUrl::parse(&format!("postgresql://u:p@{host}/db?sslmode=require")).unwrap();
            assert_eq!(url.transport(), Transport::Tls, "{host}");
        }
    }

    #[test]
    fn what_only_looks_like_loopback_is_remote() {
        for host in ["127.0.0.1.example.com", "localhost.example.com", "127.1", "10.0.0.1", "[::2]", "0.0.0.0"] {
            let url = DatabaseUrl::parse(&format!("postgres://u:p@{host}/db")).unwrap();
            assert_eq!(url.transport(), Transport::Tls, "{host}");
        }
    }

    #[test]
    fn a_hyperdrive_binding_is_as_good_as_loopback() {
        let text = "postgresql://u:p@0123abcd.hyperdrive.local:5432/db?sslmode=disable";
        let url = DatabaseUrl::of_hyperdrive(text).unwrap();
        assert_eq!((url.transport(), url.reach()), (Transport::Plain, Reach::Local));
        assert!(matches!(DatabaseUrl::parse(text), Err(UrlError::PlaintextRefused { .. })));
    }

    #[test]
    fn what_cannot_work_is_refused_by_name() {
        let error = |text: &str| DatabaseUrl::parse(text).unwrap_err();
        assert!(matches!(error("nonsense"), UrlError::Malformed(_)));
        assert!(matches!(error("u/hunter2@h:5432/db"), UrlError::Malformed(_)));
        assert_eq!(error("mysql://u:p@h/db"), UrlError::Scheme("mysql".to_owned()));
        // Not read as a host of the web: the parser of those has an assertion that this breaks.
        assert_eq!(error("file://ueM\u{fffd}/db"), UrlError::Scheme("file".to_owned()));
        assert_eq!(error("postgres:///db"), UrlError::Missing("host"));
        assert_eq!(error("postgres://h/db"), UrlError::Missing("user"));
        assert_eq!(error("postgres://u:p@h"), UrlError::Missing("database"));
        assert_eq!(error("postgres://u:p%00@h/db"), UrlError::Text("password"));
        assert_eq!(error("postgres://u%FF@h/db"), UrlError::Text("user"));
        assert_eq!(error("postgres://u:p@h/db?sslmode=maybe"), UrlError::SslMode("maybe".to_owned()));
    }

    #[test]
    fn debug_shows_no_credentials() {
        let shown = format!("{:?}", DatabaseUrl::parse("postgres://alice:hunter2@localhost/db").unwrap());
        assert!(!shown.contains("alice") && !shown.contains("hunter2"), "{shown}");
    }
}
