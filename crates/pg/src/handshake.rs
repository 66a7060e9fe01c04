//! The first bytes of a connection: asking for TLS, the startup message, and SCRAM-SHA-256.
//!
//! SCRAM-SHA-256 is the only method spoken. It never shows the password and proves that the server knows it too; it has
//! been PostgreSQL's default since 14, and poolers (Neon's, PgBouncer) offer it. Cleartext would hand the password to
//! whoever holds a certificate for the host, and MD5 can be replayed. A server that asks for nothing is believed on
//! loopback alone, where `trust` is a developer's choice.

use std::io;

use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};
use postgres_protocol::message::frontend;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};

use super::error::DbError;
use super::frame::{Authentication, Backend, ProtocolError, TransactionStatus};
use super::url::{DatabaseUrl, Reach};
use super::wire::Wire;

/// The message that asks whether the server speaks TLS: its length, and the number that PostgreSQL reserved for it.
pub const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// Why we are not signed in.
#[derive(Debug, Error)]
pub enum AuthenticationError {
    /// The server wants a method that this client does not speak.
    #[error("the server asks for {0}; only SCRAM-SHA-256 is spoken")]
    Method(String),
    /// The server let us in without proof that it knows the password.
    #[error("the server did not ask for the password, and is not on loopback")]
    NotAsked,
    /// The exchange failed: the server does not know the password, or its messages are not SCRAM.
    #[error("SCRAM-SHA-256 failed")]
    Scram(#[source] io::Error),
}

/// Reads the answer to `SSL_REQUEST`: true for yes. More than the one byte is refused, as it would have been sent in
/// plaintext by somebody who wants it taken for encrypted (CVE-2021-23222).
pub fn accepts_tls(answer: &[u8]) -> Result<bool, ProtocolError> {
    match answer {
        [b'S'] => Ok(true),
        [b'N'] => Ok(false),
        _ => Err(ProtocolError::TlsAnswer),
    }
}

/// Signs in on an open stream and waits until the server is ready for queries.
pub(super) async fn sign_in<S: AsyncRead + AsyncWrite + Unpin>(
    wire: &mut Wire<S>,
    url: &DatabaseUrl,
) -> Result<(), DbError> {
    let startup = [
        ("user", url.user()),
        ("database", url.database()),
        ("application_name", "cepatedge"),
        ("client_encoding", "UTF8"),
    ];
    wire.send(|out| frontend::startup_message(startup, out)).await?;
    match authentication(wire, "a request to authenticate").await? {
        Authentication::Ok if url.reach() == Reach::Local => {}
        Authentication::Ok => return Err(AuthenticationError::NotAsked.into()),
        Authentication::Sasl(mechanisms) => scram(wire, url, &mechanisms).await?,
        Authentication::Unsupported(method) => {
            return Err(AuthenticationError::Method(method.to_owned()).into());
        }
        Authentication::SaslContinue(_) | Authentication::SaslFinal(_) => {
            return Err(out_of_turn("a request to authenticate").into());
        }
    }
    loop {
        match wire.receive().await? {
            Backend::Ready(TransactionStatus::Idle) => return Ok(()),
            Backend::Ignored => {}
            Backend::Error(error) => return Err(DbError::Server(error)),
            other => return Err(ProtocolError::unexpected(&other, "ReadyForQuery").into()),
        }
    }
}

async fn scram<S: AsyncRead + AsyncWrite + Unpin>(
    wire: &mut Wire<S>,
    url: &DatabaseUrl,
    mechanisms: &[String],
) -> Result<(), DbError> {
    if !mechanisms.iter().any(|mechanism| mechanism == SCRAM_SHA_256) {
        return Err(AuthenticationError::Method(mechanisms.join(", ")).into());
    }
    // The platform shows no certificate to bind to.
    let mut scram = ScramSha256::new(url.password().as_bytes(), ChannelBinding::unsupported());
    wire.send(|out| frontend::sasl_initial_response(SCRAM_SHA_256, scram.message(), out)).await?;

    let Authentication::SaslContinue(challenge) = authentication(wire, "a SCRAM challenge").await? else {
        return Err(out_of_turn("a SCRAM challenge").into());
    };
    scram.update(&challenge).map_err(AuthenticationError::Scram)?;
    wire.send(|out| frontend::sasl_response(scram.message(), out)).await?;

    let Authentication::SaslFinal(proof) = authentication(wire, "the server's proof").await? else {
        return Err(out_of_turn("the server's proof").into());
    };
    scram.finish(&proof).map_err(AuthenticationError::Scram)?;

    let Authentication::Ok = authentication(wire, "AuthenticationOk").await? else {
        return Err(out_of_turn("AuthenticationOk").into());
    };
    Ok(())
}

async fn authentication<S: AsyncRead + AsyncWrite + Unpin>(
    wire: &mut Wire<S>,
    awaiting: &'static str,
) -> Result<Authentication, DbError> {
    loop {
        match wire.receive().await? {
            Backend::Authentication(step) => return Ok(step),
            Backend::Ignored => {}
            Backend::Error(error) => return Err(DbError::Server(error)),
            other => return Err(ProtocolError::unexpected(&other, awaiting).into()),
        }
    }
}

fn out_of_turn(awaiting: &'static str) -> ProtocolError {
    ProtocolError::Unexpected { message: "another step of authentication", awaiting }
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;

    use super::*;

    #[test]
    fn the_ssl_request_is_the_one_of_the_protocol() {
        let mut bytes = BytesMut::new();
        frontend::ssl_request(&mut bytes);
        assert_eq!(bytes[..], SSL_REQUEST);
    }

    #[test]
    fn plaintext_smuggled_behind_the_tls_answer_is_refused() {
        assert!(accepts_tls(b"S").unwrap());
        assert!(!accepts_tls(b"N").unwrap());
        for answer in [&b""[..], b"E", b"SS", b"S\x52\0\0\0\x08\0\0\0\0", b"N\0"] {
            assert!(matches!(accepts_tls(answer), Err(ProtocolError::TlsAnswer)), "{answer:?}");
        }
    }
}
