//! What leaves an inbox while what it needs is away.

use std::time::Duration;

use hyper::Method;
use testbed::stack::Tls;
use testbed::{PushService, Stack};

use crate::started;
use crate::support::{Client, demo, eventually};

/// So long PostgreSQL is away.
const AWAY: Duration = Duration::from_secs(3);
/// They leave ten seconds after it is back; the rest is for a busy machine.
const ALL_THERE: Duration = Duration::from_secs(40);

#[tokio::test]
async fn mails_and_messages_wait_together_while_postgresql_is_away_and_none_of_them_was_tried() {
    let stack = started(Stack::builder().features("fault-injection").own_postgres().mail(Tls::Off));
    let (server, service) =
        (stack.mail.as_ref().expect("a mail server"), PushService::start().expect("a push service"));
    let requester = Client::sign_in(&stack, &demo("requester")).await;
    let manager = Client::sign_in(&stack, &demo("manager")).await;
    let key = requester.get("/api/me/push").await.expect(200).json()["key"].as_str().expect("a key").to_owned();
    let device = service.subscribe(&key).expect("a subscription");
    requester.call(Method::PUT, "/api/me/push").json(&device).send().await.expect(200);
    let id = requester.report("The tap drips").await["id"].as_str().expect("an id").to_owned();

    stack.postgres.stop().expect("PostgreSQL stops");
    for words in ["First", "Second", "Third"] {
        manager.comment(&id, words, "public").await.expect(201);
    }
    tokio::time::sleep(AWAY).await;
    stack.postgres.start().expect("PostgreSQL starts");

    eventually(ALL_THERE, async || {
        let there = (server.mails_to(&demo("requester")).len(), service.arrived(&device).len());
        if there == (3, 3) { Ok(()) } else { Err(there) }
    })
    .await;
    eventually(ALL_THERE, async || {
        let tries = "SELECT channel || ' ' || state || ' ' || tries FROM deliveries JOIN users ON users.id = user_id
                     WHERE email = $1 ORDER BY 1";
        let rows = stack.sql(|client| Ok(client.query(tries, &[&demo("requester")])?)).expect("PostgreSQL answers");
        let listed: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        if listed == [["mail sent 1"; 3], ["push sent 1"; 3]].concat() { Ok(()) } else { Err(listed) }
    })
    .await;
}
