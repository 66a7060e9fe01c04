//! Opening a connection: to the real server, and to servers that are silent, rude or false.

use std::future::Future;
use std::time::Duration;

use pg::connection::{Access, Connection};
use pg::error::{Class, DbError, Step};
use pg::frame::ProtocolError;
use pg::handshake::AuthenticationError;
use pg::session::Session;
use pg::statement::Statement;
use pg::url::DatabaseUrl;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::net::{TcpListener, TcpStream};

use crate::machine::Machine;
use crate::scratch::{Scratch, server_url};

const AUTHENTICATION_OK: &[u8] = b"R\0\0\0\x08\0\0\0\0";
const READY: &[u8] = b"Z\0\0\0\x05I";

fn real() -> DatabaseUrl {
    DatabaseUrl::parse(&server_url()).unwrap()
}

async fn sign_in(url: &str) -> Result<(), DbError> {
    let url = DatabaseUrl::parse(url).unwrap();
    let stream = TcpStream::connect((url.host(), url.port())).await.unwrap();
    Connection::sign_in(stream, &url).await.map(drop)
}

fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    [&[tag], &(u32::try_from(body.len()).unwrap() + 4).to_be_bytes()[..], body].concat()
}

/// A client that signs in with a scripted server. The server's end stays open until the script drops it.
async fn against<Server: Future<Output = ()>>(
    url: &str,
    server: impl FnOnce(DuplexStream) -> Server,
) -> Result<Connection<DuplexStream>, DbError> {
    let (ours, theirs) = tokio::io::duplex(64 * 1024);
    let url = DatabaseUrl::parse(url).unwrap();
    let server = async {
        server(theirs).await;
        std::future::pending().await
    };
    tokio::select! {
        client = Connection::sign_in(ours, &url) => client,
        () = server => unreachable!("it is pending for ever"),
    }
}

/// A server that says `bytes` and then only listens.
fn saying(bytes: Vec<u8>) -> impl FnOnce(DuplexStream) -> std::pin::Pin<Box<dyn Future<Output = ()>>> {
    |mut stream| {
        Box::pin(async move {
            stream.write_all(&bytes).await.unwrap();
            tokio::io::copy(&mut stream, &mut tokio::io::sink()).await.unwrap();
        })
    }
}

/// Whatever the client says next.
async fn hear(stream: &mut DuplexStream) -> Vec<u8> {
    let mut heard = vec![0; 4096];
    let length = stream.read(&mut heard).await.unwrap();
    heard.truncate(length);
    heard
}

#[tokio::test]
async fn the_real_server_signs_us_in_with_scram() {
    sign_in(&server_url()).await.unwrap();
}

/// PostgreSQL keeps a password as RFC 4013 prepares it; what was typed differs from that here.
#[tokio::test]
async fn a_password_is_prepared_as_the_server_prepares_it() {
    let (url, role) = (real(), "prepared");
    let scratch = Scratch::new().await;
    let make = format!("DROP ROLE IF EXISTS {role}; CREATE ROLE {role} LOGIN PASSWORD 'cafe\u{301} \u{2168}'");
    scratch.driver.batch_execute(&make).await.unwrap();
    for typed in ["cafe\u{301}%20\u{2168}", "caf\u{E9}%20IX"] {
        let url = format!("postgres://{role}:{typed}@{}:{}/{}", url.host(), url.port(), url.database());
        sign_in(&url).await.unwrap();
    }
    scratch.driver.batch_execute(&format!("DROP ROLE {role}")).await.unwrap();
}

#[tokio::test]
async fn a_wrong_password_or_database_is_a_matter_of_configuration() {
    let url = real();
    let at = format!("{}:{}", url.host(), url.port());
    let wrong_password = sign_in(&format!("postgres://{}:nonsense@{at}/{}", url.user(), url.database())).await;
    let (_, credentials) = server_url().split_once("://").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let (credentials, _) = credentials.split_once('@').unwrap();
    let wrong_database = sign_in(&format!("postgres://{credentials}@{at}/no_such_database")).await;
    for (error, sqlstate) in [(wrong_password, "28P01"), (wrong_database, "3D000")] {
        let error = error.unwrap_err();
        assert_eq!((error.sqlstate(), error.class()), (Some(sqlstate), Class::Configuration), "{error}");
    }
}

#[tokio::test]
async fn methods_that_reveal_the_password_are_not_spoken() {
    let cleartext = message(b'R', &[0, 0, 0, 3]);
    let md5 = message(b'R', &[0, 0, 0, 5, 1, 2, 3, 4]);
    let plus_only = message(b'R', b"\0\0\0\x0aSCRAM-SHA-256-PLUS\0\0");
    for request in [cleartext, md5, plus_only] {
        let error = against("postgres://u:p@localhost/db", saying(request)).await.unwrap_err();
        assert!(matches!(error, DbError::Authentication(AuthenticationError::Method(_))), "{error:?}");
        assert_eq!(error.class(), Class::Configuration);
    }
}

#[tokio::test]
async fn a_server_that_asks_for_nothing_is_believed_on_loopback_alone() {
    let welcome = [AUTHENTICATION_OK, READY].concat();
    against("postgres://u@127.0.0.1/db", saying(welcome.clone())).await.unwrap();
    let error = against("postgres://u:p@db.example.com/db", saying(welcome)).await.unwrap_err();
    assert!(matches!(error, DbError::Authentication(AuthenticationError::NotAsked)), "{error:?}");
}

#[tokio::test]
async fn a_server_that_does_not_know_the_password_is_found_out() {
    let error = against("postgres://u:p@db.example.com/db", |mut stream| async move {
        hear(&mut stream).await;
        stream.write_all(&message(b'R', b"\0\0\0\x0aSCRAM-SHA-256\0\0")).await.unwrap();
        let hello = String::from_utf8(hear(&mut stream).await).unwrap();
        let (_, nonce) = hello.split_once("r=").unwrap();
        let challenge = format!("r={nonce}server,s=c2FsdHNhbHRzYWx0,i=4096");
        stream.write_all(&message(b'R', &[&[0, 0, 0, 11], challenge.as_bytes()].concat())).await.unwrap();
        hear(&mut stream).await;
        let proof = b"\0\0\0\x0cv=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        stream.write_all(&[&message(b'R', proof)[..], AUTHENTICATION_OK, READY].concat()).await.unwrap();
    })
    .await
    .unwrap_err();
    assert!(matches!(error, DbError::Authentication(AuthenticationError::Scram(_))), "{error:?}");
}

#[tokio::test]
async fn a_server_that_skips_the_proof_is_found_out() {
    let skipping = [&message(b'R', b"\0\0\0\x0aSCRAM-SHA-256\0\0")[..], AUTHENTICATION_OK, READY].concat();
    let error = against("postgres://u:p@db.example.com/db", saying(skipping)).await.unwrap_err();
    assert!(matches!(error, DbError::Protocol(ProtocolError::Unexpected { .. })), "{error:?}");
}

#[tokio::test]
async fn what_is_not_postgresql_is_a_protocol_error_and_what_hangs_up_is_a_loss() {
    let error = against("postgres://u@localhost/db", saying(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec())).await;
    assert!(matches!(error, Err(DbError::Protocol(_))), "{error:?}");
    let error = against("postgres://u@localhost/db", async |stream| drop(stream)).await;
    assert!(matches!(error, Err(DbError::Lost(_))), "{error:?}");
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_unreachable() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let url = DatabaseUrl::parse(&format!("postgres://u:p@{free}/db")).unwrap();
    let error = Session::new(Machine::new(), url).read(&[]).await.unwrap_err();
    assert!(matches!(error, DbError::Unreachable { .. }), "{error:?}");
    assert_eq!(error.class(), Class::Transient);
}

#[tokio::test]
async fn a_silent_server_is_given_five_seconds_to_connect() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = DatabaseUrl::parse(&format!("postgres://u:p@{}/db", listener.local_addr().unwrap())).unwrap();
    // Time jumps ahead whenever nothing else can happen.
    tokio::time::pause();
    let error = Session::new(Machine::new(), url).read(&[]).await.unwrap_err();
    let limit = Duration::from_secs(5);
    assert!(matches!(error, DbError::Timeout { step: Step::Connect, limit: five } if five == limit), "{error:?}");
}

/// What a transaction of no statements comes to when the server answers its COMMIT like this.
async fn committing(tag: &str, status: u8) -> Result<(), DbError> {
    let (ours, mut theirs) = tokio::io::duplex(64 * 1024);
    let url = DatabaseUrl::parse("postgres://u@localhost/db").unwrap();
    let step =
        |tag: &str| [message(b'1', b""), message(b'2', b""), message(b'C', &[tag.as_bytes(), b"\0"].concat())].concat();
    let script = [
        [AUTHENTICATION_OK, READY].concat(),
        step("BEGIN"),
        step("SET"),
        step("SET"),
        step("SELECT 0"),
        step(tag),
        message(b'Z', &[status]),
    ];
    theirs.write_all(&script.concat()).await.unwrap();
    let mut connection = Connection::sign_in(ours, &url).await?;
    connection.transaction(Access::ReadWrite, &[]).await.map(drop)
}

#[tokio::test]
async fn only_commit_and_an_idle_session_mean_committed() {
    committing("COMMIT", b'I').await.unwrap();
    for (tag, status) in [("ROLLBACK", b'I'), ("COMMIT", b'T'), ("COMMIT", b'E'), ("", b'I')] {
        let error = committing(tag, status).await.unwrap_err();
        assert!(matches!(error, DbError::NotCommitted { .. }), "{tag}: {error:?}");
        assert_eq!(error.class(), Class::Transient);
    }
}

#[tokio::test]
async fn a_statement_has_ten_seconds_to_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = DatabaseUrl::parse(&format!("postgres://u@{}/db", listener.local_addr().unwrap())).unwrap();
    let session = Session::new(Machine::new(), url);
    let server = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(&[AUTHENTICATION_OK, READY].concat()).await.unwrap();
        tokio::time::sleep(Duration::from_secs(60)).await;
    };
    tokio::time::pause();
    let statement = [Statement::new("SELECT 1")];
    let error = tokio::select! {
        outcome = session.read(&statement) => outcome.unwrap_err(),
        () = server => unreachable!("the client waits for ever"),
    };
    let limit = Duration::from_secs(10);
    assert!(matches!(error, DbError::Timeout { step: Step::Reply, limit: ten } if ten == limit), "{error:?}");
}
