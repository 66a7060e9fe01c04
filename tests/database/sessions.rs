//! A session over losses, cut-off calls, many callers and outages.

use std::time::Duration;

use futures::future::join_all;
use pg::breaker::BreakerState;
use pg::error::{Class, DbError};
use pg::row::Rows;
use pg::session::Session;
use pg::statement::Statement;
use pg::url::DatabaseUrl;
use tokio::net::TcpListener;

use crate::machine::Machine;
use crate::scratch::Scratch;

fn echo(text: &str) -> [Statement; 1] {
    [Statement::new("SELECT $1::text").bind(text.to_owned())]
}

fn first(replies: &[Rows]) -> &str {
    replies[0].iter().next().unwrap().text(0).unwrap()
}

async fn backend(session: &Session<Machine>) -> String {
    let replies = session.read(&[Statement::new("SELECT pg_backend_pid()")]).await.unwrap();
    first(&replies).to_owned()
}

#[tokio::test]
async fn one_connection_serves_call_after_call() {
    let scratch = Scratch::new().await;
    let session = scratch.session();
    let before = backend(&session).await;
    for n in 0..20 {
        assert_eq!(first(&session.read(&echo(&n.to_string())).await.unwrap()), n.to_string());
    }
    assert_eq!(backend(&session).await, before);
    assert_eq!(session.platform().opened(), 1);
}

#[tokio::test]
async fn callers_at_once_each_get_their_own_answer() {
    let scratch = Scratch::new().await;
    let session = scratch.session();
    let calls = (0..50).map(|n| {
        let session = &session;
        async move { first(&session.read(&echo(&n.to_string())).await.unwrap()) == n.to_string() }
    });
    assert!(join_all(calls).await.into_iter().all(|is_own| is_own));
    assert_eq!(session.platform().opened(), 1);
}

#[tokio::test]
async fn refused_data_costs_no_connection() {
    let scratch = Scratch::new().await;
    let session = scratch.session();
    for _ in 0..10 {
        let error = session.write(&[Statement::new("SELECT 'x'::uuid")]).await.unwrap_err();
        assert_eq!(error.class(), Class::Refused);
    }
    assert_eq!(session.platform().opened(), 1);
    assert_eq!(session.breaker(), BreakerState::Closed { failures: 0 });
}

#[tokio::test]
async fn a_connection_lost_while_idle_is_noticed_before_it_is_used() {
    let scratch = Scratch::new().await;
    let session = scratch.session();
    session.read(&echo("a")).await.unwrap();
    scratch.hang_up().await;
    session.platform().skip(60_000);
    assert_eq!(first(&session.read(&echo("b")).await.unwrap()), "b");
    assert_eq!(session.platform().opened(), 2);
}

#[tokio::test]
async fn a_connection_lost_in_use_costs_one_call() {
    let scratch = Scratch::new().await;
    let session = scratch.session();
    session.read(&echo("a")).await.unwrap();
    scratch.hang_up().await;
    let error = session.read(&echo("b")).await.unwrap_err();
    assert_eq!(error.class(), Class::Transient, "{error}");
    assert_eq!(first(&session.read(&echo("c")).await.unwrap()), "c");
}

#[tokio::test]
async fn a_server_that_goes_away_in_the_middle_of_a_statement_says_so() {
    let scratch = Scratch::new().await;
    let session = scratch.session();
    let sleeping = [Statement::new("SELECT pg_sleep(30)")];
    let asleep = "SELECT count(*) FROM pg_stat_activity
                  WHERE datname = current_database() AND wait_event = 'PgSleep'";
    let hang_up = async {
        while scratch.count(asleep).await == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        scratch.hang_up().await;
    };
    let (outcome, ()) = tokio::join!(session.read(&sleeping), hang_up);
    let error = outcome.unwrap_err();
    assert_eq!((error.sqlstate(), error.class(), error.is_outage()), (Some("57P01"), Class::Transient, true));
}

#[tokio::test]
async fn a_call_that_is_cut_off_leaves_no_answer_for_the_next() {
    let scratch = Scratch::new().await;
    let session = scratch.session();
    session.read(&echo("warm")).await.unwrap();
    for _ in 0..5 {
        let slow = [Statement::new("SELECT 'wrong' FROM pg_sleep(0.3)")];
        let cut_off = tokio::time::timeout(Duration::from_millis(20), session.read(&slow)).await;
        assert!(cut_off.is_err());
        assert_eq!(first(&session.read(&echo("right")).await.unwrap()), "right");
    }
}

#[tokio::test]
async fn an_outage_costs_one_probe_per_delay_however_many_call() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = listener.local_addr().unwrap();
    drop(listener);
    let url = DatabaseUrl::parse(&format!("postgres://u:p@{nobody}/db")).unwrap();
    let session = Session::new(Machine::new(), url);
    let calls = |count: usize| join_all((0..count).map(|_| session.read(&[])));

    let outcomes = calls(200).await;
    assert_eq!(session.platform().opened(), 5);
    let open = outcomes.iter().filter(|outcome| matches!(outcome, Err(DbError::CircuitOpen { .. }))).count();
    assert_eq!(open, 195);
    assert!(matches!(session.breaker(), BreakerState::Open { .. }));

    session.platform().skip(1_000);
    assert_eq!(session.breaker(), BreakerState::HalfOpen);
    calls(200).await;
    assert_eq!(session.platform().opened(), 6);
}

#[tokio::test]
async fn the_first_success_after_an_outage_closes_the_circuit() {
    let scratch = Scratch::new().await;
    let real = scratch.url();
    // The way to the server is a port that we control.
    let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = door.local_addr().unwrap();
    drop(door);
    let text = scratch.url.replace(&format!(":{}/", real.port()), &format!(":{}/", at.port()));
    let session = Session::new(Machine::new(), DatabaseUrl::parse(&text).unwrap());
    for _ in 0..5 {
        session.read(&[]).await.unwrap_err();
    }
    let door = TcpListener::bind(at).await.unwrap();
    tokio::spawn(async move {
        let (mut inside, _) = door.accept().await.unwrap();
        let mut outside = tokio::net::TcpStream::connect((real.host(), real.port())).await.unwrap();
        let _ = tokio::io::copy_bidirectional(&mut inside, &mut outside).await;
    });
    assert!(matches!(session.read(&[]).await, Err(DbError::CircuitOpen { .. })));
    session.platform().skip(1_000);
    assert_eq!(first(&session.read(&echo("back")).await.unwrap()), "back");
    assert_eq!(session.breaker(), BreakerState::Closed { failures: 0 });
}

#[tokio::test]
async fn a_closed_session_opens_again_when_it_is_used() {
    let scratch = Scratch::new().await;
    let session = scratch.session();
    session.read(&echo("a")).await.unwrap();
    session.close().await.unwrap();
    session.close().await.unwrap();
    let sessions = "SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND application_name = 'cepatedge'";
    for _ in 0..100 {
        if scratch.count(sessions).await == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(scratch.count(sessions).await, 0);
    assert_eq!(first(&session.read(&echo("b")).await.unwrap()), "b");
}
