//! The way to PostgreSQL is encrypted and verified, or it is not taken.

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use serde_json::{Value, json};
use testbed::runtime::{Cron, Settings};
use testbed::stack::{Tls, development_vars};
use testbed::{Bundle, Runtime, Stack, seed};
use tokio::time::Instant;

use crate::read_model::{self, Versions};
use crate::support::{Client, demo};
use crate::{PROMPT, started};

/// A handshake that fails has said so by then; a wrong URL is noticed at once.
const REFUSED_WITHIN: Duration = Duration::from_secs(6);

#[tokio::test]
async fn a_trusted_certificate_lets_everything_through_encrypted() {
    let stack = started(Stack::builder().tls(Tls::Trusted));
    let requester = Client::sign_in(&stack, &demo("requester")).await;
    let record = requester.report("A window does not close").await;
    let id = record["id"].as_str().expect("an id").to_owned();
    read_model::catches_up(&stack, &Versions::from([(id, 1)]), PROMPT).await;
    Client::anonymous(&stack).get("/api/ready").await.expect(200);
    let open = "SELECT count(*) FILTER (WHERE ssl), count(*) FILTER (WHERE NOT ssl)
                FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let open = stack.sql(|client| {
        let row = client.query_one(open, &[])?;
        Ok((row.get::<_, i64>(0), row.get::<_, i64>(1)))
    });
    let (encrypted, plain) = open.expect("PostgreSQL tells");
    assert!(encrypted > 0 && plain == 0, "{encrypted} encrypted connections, {plain} plain ones");
}

#[tokio::test]
async fn an_untrusted_certificate_is_refused_and_the_rest_goes_on() {
    let stack = started(Stack::builder().tls(Tls::Trusted));
    let (admin, runtime) = restarted_with(&stack, &stack.database_url).await;
    assert_database_refused(&admin, "certificate").await;
    drop(runtime);
}

#[tokio::test]
async fn plaintext_to_another_host_is_refused_before_a_byte_has_left() {
    let stack = started(Stack::builder());
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.set_nonblocking(true).expect("a listener that does not wait");
    let listening = listener.local_addr().expect("an address").port();
    // What only looks like this machine is another one to us, and reaches our listener all the same.
    for host in ["0.0.0.0", "127.1", "192.0.2.1", "db.example.com"] {
        let url = format!("postgres://cepatedge:secret@{host}:{listening}/cepatedge?sslmode=disable");
        let (admin, runtime) = restarted_with(&stack, &url).await;
        let since = Instant::now();
        assert_database_refused(&admin, &format!("plaintext is refused: {host}")).await;
        // A connection that is tried in vain takes longer, twice.
        assert!(since.elapsed() < PROMPT, "{host}: refused only after {:?}", since.elapsed());
        assert!(listener.accept().is_err(), "{host}: a connection was opened");
        drop(runtime);
    }
}

#[tokio::test]
async fn a_server_without_tls_on_another_host_gets_no_credentials() {
    let stack = started(Stack::builder());
    // The same server by an address that is not loopback by its spelling.
    let url = stack.database_url.replace("@127.0.0.1:", "@0.0.0.0:");
    let (admin, runtime) = restarted_with(&stack, &url).await;
    assert_database_refused(&admin, "offers no TLS, and plaintext is refused").await;
    drop(runtime);
}

/// Runs the system again on the same port and data, with another `DATABASE_URL` and no certificate authority of its own, seen by an
/// admin who signed in before.
async fn restarted_with(stack: &Stack, database_url: &str) -> (Client, Runtime) {
    stack.runtime.start().expect("the runtime starts");
    let admin = Client::sign_in(stack, &demo("admin")).await;
    stack.runtime.stop().expect("the runtime stops");
    let port = stack.base_url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let settings = Settings {
        bundle: Bundle::dev(),
        app: None,
        data_dir: stack.data_dir().to_owned(),
        vars: development_vars(port, database_url, &stack.secrets),
        port,
        second_port: None,
        cron: Cron::OnDemand,
        trust: None,
    };
    let runtime = Runtime::run(settings).expect("the runtime starts with another DATABASE_URL");
    (admin.reconnected(), runtime)
}

/// Checks that everything which needs PostgreSQL says so in time, that an operator sees why, and that the rest works.
async fn assert_database_refused(admin: &Client, why: &str) {
    let since = Instant::now();
    let ready = admin.get("/api/ready").await.expect(503).json();
    let postgresql = ready["dependencies"].as_array().into_iter().flatten().find(|one| one["name"] == "postgresql");
    assert!(postgresql.is_some_and(|one| one["ready"] == false && one["reason"].is_string()), "{ready}");
    let login = admin.log_in(&demo("manager"), seed::PASSWORD).await;
    login.problem(503, "unavailable");
    assert!(login.header("retry-after").is_some(), "{login}");
    assert!(since.elapsed() < REFUSED_WITHIN, "refused only after {:?}", since.elapsed());

    let monitor = admin.get("/api/system/monitor").await.expect(200).json();
    let errors: Vec<&Value> =
        monitor["database"].as_array().into_iter().flatten().map(|one| &one["last_error"]).collect();
    let told =
        errors.iter().any(|error| error.as_str().is_some_and(|error| error.contains(why) && !error.contains("secret")));
    assert!(told, "the monitor does not say {why:?}: {monitor}");
    admin.get("/api/me").await.expect(200);
    let record = admin.post("/api/requests", &crate::support::draft("A lamp flickers")).await.expect(201).json();
    assert_eq!(record["status"], json!("submitted"));
}
