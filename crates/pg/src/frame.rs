//! Bytes from the server into messages: framing and nothing else.
//!
//! `next_message` is pure, total and bounded: whatever bytes come, it returns a message, asks for more, or refuses. It
//! never panics and never lets a length field decide how much memory is taken.

use std::io;

use bytes::{Bytes, BytesMut};
use fallible_iterator::FallibleIterator;
use postgres_protocol::message::backend::{
    AuthenticationSaslBody, DataRowBody, ErrorFields, Header, Message, ReadyForQueryBody,
};
use thiserror::Error;

use super::error::ServerError;
use super::row::Row;

/// The largest message that is read. A row holds at most 2 MB of ours; a length beyond this is damage or an attack.
pub const MAX_MESSAGE_BYTES: usize = 16 * 1024 * 1024;

/// A message from the server, reduced to what this client acts on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Backend {
    /// A step of signing in.
    Authentication(Authentication),
    /// A statement was parsed.
    ParseComplete,
    /// Its parameters were bound.
    BindComplete,
    /// A row of the running statement.
    Row(Row),
    /// The running statement is done; its command tag.
    Complete(String),
    /// The statement was empty.
    EmptyQuery,
    /// The running statement failed, or the server is closing the connection.
    Error(Box<ServerError>),
    /// Every message up to the last Sync is answered.
    Ready(TransactionStatus),
    /// A notice, a notification, a parameter or the cancellation key: nothing that changes what we do.
    Ignored,
}

/// What the server wants to hear next while signing in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authentication {
    /// Signed in.
    Ok,
    /// One of these SASL mechanisms is to be chosen.
    Sasl(Vec<String>),
    /// The server's challenge.
    SaslContinue(Bytes),
    /// The server's proof that it knows the password too.
    SaslFinal(Bytes),
    /// A method that this client does not speak; its name.
    Unsupported(&'static str),
}

/// The state of the session's transaction, from ReadyForQuery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionStatus {
    /// In none.
    Idle,
    /// In one.
    Open,
    /// In one that failed and only waits for ROLLBACK.
    Failed,
}

/// Bytes that are not the protocol, or not this moment's part of it. The connection cannot be used any more.
#[derive(Debug, Error)]
pub enum ProtocolError {
    /// A message declares more than `MAX_MESSAGE_BYTES`.
    #[error("a message of {0} bytes is over the limit")]
    TooLarge(usize),
    /// All rows of one exchange together are over the limit.
    #[error("a reply is over the limit of {0} bytes")]
    ReplyTooLarge(usize),
    /// A message cannot be parsed.
    #[error("a message is malformed")]
    Malformed(#[source] io::Error),
    /// Text that is not UTF-8, though that is the client encoding.
    #[error("a text is not UTF-8")]
    NotUtf8,
    /// A well-formed message at a moment when it makes no sense.
    #[error("{message} came while {awaiting} was awaited")]
    Unexpected {
        /// What came.
        message: &'static str,
        /// What should have come.
        awaiting: &'static str,
    },
    /// More bytes came than the answer to SSLRequest has: somebody may be injecting plaintext before TLS.
    #[error("the answer to SSLRequest is not one byte S or N")]
    TlsAnswer,
}

impl ProtocolError {
    /// That `message` came while something else was awaited.
    pub(super) fn unexpected(message: &Backend, awaiting: &'static str) -> Self {
        let message = match message {
            Backend::Authentication(_) => "a step of authentication",
            Backend::ParseComplete => "ParseComplete",
            Backend::BindComplete => "BindComplete",
            Backend::Row(_) => "DataRow",
            Backend::Complete(_) => "CommandComplete",
            Backend::EmptyQuery => "EmptyQueryResponse",
            Backend::Error(_) => "ErrorResponse",
            Backend::Ready(_) => "ReadyForQuery",
            Backend::Ignored => "a notice",
        };
        Self::Unexpected { message, awaiting }
    }
}

/// Takes the next whole message off `inbox`, or `None` when more bytes are needed.
pub fn next_message(inbox: &mut BytesMut) -> Result<Option<Backend>, ProtocolError> {
    let Some(header) = Header::parse(inbox).map_err(ProtocolError::Malformed)? else {
        return Ok(None);
    };
    // The length counts itself but not the tag. `Header::parse` has refused what is below 4.
    let length = usize::try_from(header.len()).map_err(|_| ProtocolError::TooLarge(usize::MAX))?;
    if length > MAX_MESSAGE_BYTES {
        return Err(ProtocolError::TooLarge(length));
    }
    if inbox.len() < length + 1 {
        return Ok(None);
    }
    match Message::parse(inbox).map_err(ProtocolError::Malformed)? {
        Some(message) => understood(message).map(Some),
        None => Ok(None),
    }
}

fn understood(message: Message) -> Result<Backend, ProtocolError> {
    Ok(match message {
        Message::ParseComplete => Backend::ParseComplete,
        Message::BindComplete => Backend::BindComplete,
        Message::DataRow(body) => Backend::Row(row(&body)?),
        Message::CommandComplete(body) => Backend::Complete(body.tag().map_err(|_| ProtocolError::NotUtf8)?.to_owned()),
        Message::EmptyQueryResponse => Backend::EmptyQuery,
        Message::ErrorResponse(body) => Backend::Error(Box::new(server_error(body.fields())?)),
        Message::ReadyForQuery(body) => Backend::Ready(transaction_status(&body)?),
        Message::AuthenticationOk => Backend::Authentication(Authentication::Ok),
        Message::AuthenticationSasl(body) => Backend::Authentication(Authentication::Sasl(mechanisms(&body)?)),
        Message::AuthenticationSaslContinue(body) => {
            Backend::Authentication(Authentication::SaslContinue(Bytes::copy_from_slice(body.data())))
        }
        Message::AuthenticationSaslFinal(body) => {
            Backend::Authentication(Authentication::SaslFinal(Bytes::copy_from_slice(body.data())))
        }
        Message::AuthenticationCleartextPassword => unsupported("a cleartext password"),
        Message::AuthenticationMd5Password(_) => unsupported("an MD5 password"),
        Message::AuthenticationGss | Message::AuthenticationGssContinue(_) => unsupported("GSSAPI"),
        Message::AuthenticationSspi => unsupported("SSPI"),
        Message::AuthenticationKerberosV5 => unsupported("Kerberos V5"),
        Message::AuthenticationScmCredential => unsupported("SCM credentials"),
        Message::BackendKeyData(_)
        | Message::NoticeResponse(_)
        | Message::NotificationResponse(_)
        | Message::ParameterStatus(_) => Backend::Ignored,
        Message::CloseComplete => return Err(uncalled_for("CloseComplete")),
        Message::CopyData(_) | Message::CopyDone | Message::CopyInResponse(_) | Message::CopyOutResponse(_) => {
            return Err(uncalled_for("COPY"));
        }
        Message::NoData | Message::ParameterDescription(_) | Message::RowDescription(_) => {
            return Err(uncalled_for("a description"));
        }
        Message::PortalSuspended => return Err(uncalled_for("PortalSuspended")),
        // The enum is non-exhaustive.
        _ => return Err(uncalled_for("an unknown message")),
    })
}

fn unsupported(method: &'static str) -> Backend {
    Backend::Authentication(Authentication::Unsupported(method))
}

/// This client never copies, describes, closes or limits rows, so these are wrong at every moment.
fn uncalled_for(message: &'static str) -> ProtocolError {
    ProtocolError::Unexpected { message, awaiting: "a reply to Parse, Bind and Execute" }
}

fn row(body: &DataRowBody) -> Result<Row, ProtocolError> {
    let data = body.buffer();
    let columns = body.ranges().map(|range| {
        let Some(range) = range else { return Ok(None) };
        let bytes = data.get(range).ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?;
        Ok(Some(bytes.to_vec()))
    });
    let columns: Vec<Option<Vec<u8>>> = columns.collect().map_err(ProtocolError::Malformed)?;
    let columns = columns.into_iter().map(|column| column.map(String::from_utf8).transpose());
    Ok(Row(columns.collect::<Result<_, _>>().map_err(|_| ProtocolError::NotUtf8)?))
}

/// Reads the fields by their type byte (section "Error and Notice Message Fields" of the PostgreSQL manual). Text is taken
/// lossily: before the encoding is agreed on, a server may complain in its own.
fn server_error(mut fields: ErrorFields<'_>) -> Result<ServerError, ProtocolError> {
    let mut error = ServerError {
        severity: String::new(),
        sqlstate: String::new(),
        message: String::new(),
        detail: None,
        constraint: None,
    };
    while let Some(field) = fields.next().map_err(ProtocolError::Malformed)? {
        let text = String::from_utf8_lossy(field.value_bytes()).into_owned();
        match field.type_() {
            b'V' => error.severity = text,
            b'S' if error.severity.is_empty() => error.severity = text,
            b'C' => error.sqlstate = text,
            b'M' => error.message = text,
            b'D' => error.detail = Some(text),
            b'n' => error.constraint = Some(text),
            _ => {}
        }
    }
    Ok(error)
}

fn transaction_status(body: &ReadyForQueryBody) -> Result<TransactionStatus, ProtocolError> {
    match body.status() {
        b'I' => Ok(TransactionStatus::Idle),
        b'T' => Ok(TransactionStatus::Open),
        b'E' => Ok(TransactionStatus::Failed),
        _ => Err(ProtocolError::Malformed(io::Error::new(io::ErrorKind::InvalidData, "unknown transaction status"))),
    }
}

fn mechanisms(body: &AuthenticationSaslBody) -> Result<Vec<String>, ProtocolError> {
    body.mechanisms().map(|name| Ok(name.to_owned())).collect().map_err(ProtocolError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(tag: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap();
        [&[tag], &length.to_be_bytes()[..], body].concat()
    }

    /// What a server says to one pipelined statement, with a notice in between.
    fn conversation() -> (Vec<u8>, Vec<Backend>) {
        let bytes = [
            message(b'R', &[0, 0, 0, 0]),
            message(b'S', b"client_encoding\0UTF8\0"),
            message(b'K', &[0, 0, 0, 1, 0, 0, 0, 2]),
            message(b'1', b""),
            message(b'2', b""),
            message(b'N', b"SNOTICE\0VNOTICE\0C00000\0Mhello\0\0"),
            message(b'D', b"\0\x03\0\0\0\x02ab\xff\xff\xff\xff\0\0\0\0"),
            message(b'C', b"SELECT 1\0"),
            message(b'E', b"SFEHLER\0VERROR\0C23505\0Mduplicate\0DKey (id)=(1) exists\0nusers_pkey\0\0"),
            message(b'Z', b"I"),
        ];
        let meaning = vec![
            Backend::Authentication(Authentication::Ok),
            Backend::Ignored,
            Backend::Ignored,
            Backend::ParseComplete,
            Backend::BindComplete,
            Backend::Ignored,
            Backend::Row(Row(vec![Some("ab".to_owned()), None, Some(String::new())])),
            Backend::Complete("SELECT 1".to_owned()),
            Backend::Error(Box::new(ServerError {
                severity: "ERROR".to_owned(),
                sqlstate: "23505".to_owned(),
                message: "duplicate".to_owned(),
                detail: Some("Key (id)=(1) exists".to_owned()),
                constraint: Some("users_pkey".to_owned()),
            })),
            Backend::Ready(TransactionStatus::Idle),
        ];
        (bytes.concat(), meaning)
    }

    fn drain(inbox: &mut BytesMut, into: &mut Vec<Backend>) {
        while let Some(message) = next_message(inbox).unwrap() {
            into.push(message);
        }
    }

    #[test]
    fn messages_mean_the_same_wherever_the_bytes_are_split() {
        let (bytes, meaning) = conversation();
        for split in 0..=bytes.len() {
            let (head, tail) = bytes.split_at(split);
            let (mut inbox, mut got) = (BytesMut::from(head), Vec::new());
            drain(&mut inbox, &mut got);
            inbox.extend_from_slice(tail);
            drain(&mut inbox, &mut got);
            assert_eq!(got, meaning, "split at {split}");
            assert!(inbox.is_empty());
        }
    }

    #[test]
    fn messages_may_come_byte_by_byte() {
        let (bytes, meaning) = conversation();
        let (mut inbox, mut got) = (BytesMut::new(), Vec::new());
        for byte in bytes {
            inbox.extend_from_slice(&[byte]);
            drain(&mut inbox, &mut got);
        }
        assert_eq!(got, meaning);
    }

    #[test]
    fn an_oversized_message_is_refused_by_its_header_alone() {
        for length in [MAX_MESSAGE_BYTES as u32 + 1, i32::MAX as u32] {
            let mut inbox = BytesMut::from(&[&b"D"[..], &length.to_be_bytes()].concat()[..]);
            assert!(matches!(next_message(&mut inbox), Err(ProtocolError::TooLarge(_))), "{length}");
        }
    }

    #[test]
    fn garbage_is_an_error_and_never_a_panic() {
        for bytes in [
            &b"HTTP/1.1 400 Bad Request\r\n"[..],
            b"D\0\0\0\x03",
            b"D\xff\xff\xff\xff",
            b"?\0\0\0\x04",
            b"D\0\0\0\x0a\0\x01\0\0\0\x09",
            b"D\0\0\0\x0b\0\x01\0\0\0\x01\xff",
            b"Z\0\0\0\x05X",
            b"Z\0\0\0\x06II",
            b"E\0\0\0\x04",
            b"R\0\0\0\x08\0\0\0\x63",
            b"T\0\0\0\x06\0\0",
        ] {
            assert!(next_message(&mut BytesMut::from(bytes)).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn any_damaged_byte_is_survived() {
        let (bytes, _) = conversation();
        for position in 0..bytes.len() {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut damaged = bytes.clone();
                damaged[position] = value;
                let mut inbox = BytesMut::from(&damaged[..]);
                while let Ok(Some(_)) = next_message(&mut inbox) {}
            }
        }
    }
}
