//! Statements over one connection to the real server.

use pg::connection::{Access, Connection};
use pg::error::{Class, DbError};
use pg::statement::Statement;
use tokio::net::TcpStream;

use crate::scratch::Scratch;

async fn connected(scratch: &Scratch) -> Connection<TcpStream> {
    let url = scratch.url();
    let stream = TcpStream::connect((url.host(), url.port())).await.unwrap();
    Connection::sign_in(stream, &url).await.unwrap()
}

#[tokio::test]
async fn text_comes_back_as_it_went() {
    let scratch = Scratch::new().await;
    let mut connection = connected(&scratch).await;
    let long = "ö".repeat(700_000);
    for text in ["", "it's; -- \"quoted\" \\ $1", "Pompa bocor 🚰", "line\nline\ttab", &long] {
        let statement = Statement::new("SELECT $1::text, $2::text").bind(text.to_owned()).bind(None);
        let rows = connection.pipeline(&[statement]).await.unwrap();
        let row = rows[0].iter().next().unwrap();
        assert_eq!((row.text(0), row.text(1), row.text(2)), (Some(text), None, None));
    }
}

#[tokio::test]
async fn a_pipeline_answers_each_statement_in_order() {
    let scratch = Scratch::new().await;
    let mut connection = connected(&scratch).await;
    let statements: Vec<_> =
        (0..100).map(|n: u32| Statement::new("SELECT generate_series(1, $1::int)").bind(n.to_string())).collect();
    let replies = connection.pipeline(&statements).await.unwrap();
    for (n, rows) in replies.iter().enumerate() {
        assert_eq!(rows.iter().count(), n);
        assert_eq!(rows.affected(), n as u64);
    }
    assert_eq!(replies.len(), 100);
}

#[tokio::test]
async fn a_transaction_is_there_for_others_once_it_is_answered() {
    let scratch = Scratch::new().await;
    let mut connection = connected(&scratch).await;
    let insert = Statement::new("INSERT INTO organisations (id, name) VALUES ($1, $2)");
    let statements = [
        insert.clone().bind("one".to_owned()).bind("One".to_owned()),
        Statement::new(
            "SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),
                    current_setting('synchronous_commit')",
        ),
        insert.bind("two".to_owned()).bind("Two".to_owned()),
    ];
    let replies = connection.transaction(Access::ReadWrite, &statements).await.unwrap();
    assert_eq!(replies.len(), 3);
    let limits = replies[1].iter().next().unwrap();
    assert_eq!((limits.text(0), limits.text(1)), (Some("5s"), Some("2s")));
    assert_eq!(limits.text(2), Some("on"), "the server of these tests has it off");
    assert_eq!(scratch.count("SELECT count(*) FROM organisations").await, 3);
}

#[tokio::test]
async fn a_refused_row_undoes_the_whole_transaction_and_says_why() {
    let scratch = Scratch::new().await;
    let mut connection = connected(&scratch).await;
    let insert = |id: &str| Statement::new("INSERT INTO organisations (id, name) VALUES ($1, 'x')").bind(id.to_owned());
    let error = connection
        .transaction(Access::ReadWrite, &[insert("new"), insert("default"), insert("newer")])
        .await
        .unwrap_err();
    assert_eq!((error.sqlstate(), error.constraint()), (Some("23505"), Some("organisations_pkey")));
    assert_eq!(error.server().unwrap().severity, "ERROR");
    assert!(error.server().unwrap().detail.as_ref().unwrap().contains("default"));
    assert!(!error.to_string().contains("(id)"), "the detail is not in the message that is logged");
    assert_eq!(scratch.count("SELECT count(*) FROM organisations").await, 1);

    assert!(connection.is_idle(), "the transaction was rolled back");
    connection.transaction(Access::ReadWrite, &[insert("after")]).await.unwrap();
    assert_eq!(scratch.count("SELECT count(*) FROM organisations").await, 2);
}

#[tokio::test]
async fn a_constraint_that_fails_at_commit_is_not_a_commit() {
    let scratch = Scratch::new().await;
    scratch.driver.batch_execute("CREATE TABLE late (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)").await.unwrap();
    let mut connection = connected(&scratch).await;
    let insert = Statement::new("INSERT INTO late VALUES (1)");
    let error = connection.transaction(Access::ReadWrite, &[insert.clone(), insert]).await.unwrap_err();
    assert_eq!(error.sqlstate(), Some("23505"));
    assert_eq!(scratch.count("SELECT count(*) FROM late").await, 0);
    assert!(connection.is_idle());
}

#[tokio::test]
async fn a_read_only_transaction_writes_nothing() {
    let scratch = Scratch::new().await;
    let mut connection = connected(&scratch).await;
    let insert = Statement::new("INSERT INTO organisations (id, name) VALUES ('x', 'x')");
    let error = connection.transaction(Access::ReadOnly, &[insert]).await.unwrap_err();
    assert_eq!((error.sqlstate(), error.class()), (Some("25006"), Class::Transient));
}

#[tokio::test]
async fn errors_of_the_real_server_have_the_class_of_the_design() {
    let scratch = Scratch::new().await;
    let mut connection = connected(&scratch).await;
    for (sql, parameter, class) in [
        ("SELECT $1::jsonb", r#"{"a":"\u0000"}"#, Class::Refused),
        ("SELECT $1::text", "a\0b", Class::Refused),
        ("SELECT $1::uuid", "nonsense", Class::Refused),
        ("SELECT no_such_column, $1::text FROM users", "", Class::Skew),
        ("SELECT $1::text FROM no_such_table", "", Class::Skew),
        ("SELEKT $1::text", "", Class::Skew),
    ] {
        let statement = Statement::new(sql).bind(parameter.to_owned());
        let error = connection.transaction(Access::ReadOnly, &[statement]).await.unwrap_err();
        assert_eq!(error.class(), class, "{sql}: {error}");
        assert!(connection.is_idle(), "{sql}");
    }
}

#[tokio::test]
async fn a_lock_that_is_not_to_be_had_in_two_seconds_is_transient() {
    let scratch = Scratch::new().await;
    scratch.driver.batch_execute("BEGIN; LOCK TABLE organisations").await.unwrap();
    let mut connection = connected(&scratch).await;
    let read = Statement::new("SELECT count(*) FROM organisations");
    let error = connection.transaction(Access::ReadOnly, &[read]).await.unwrap_err();
    assert_eq!((error.sqlstate(), error.class(), error.is_outage()), (Some("55P03"), Class::Transient, false));
}

#[tokio::test]
async fn a_hundred_megabytes_of_rows_are_cut_off() {
    let scratch = Scratch::new().await;
    let mut connection = connected(&scratch).await;
    let flood = Statement::new("SELECT repeat('x', 1000000) FROM generate_series(1, 100)");
    let error = connection.pipeline(&[flood]).await.unwrap_err();
    assert!(matches!(error, DbError::Protocol(_)), "{error:?}");
    assert!(!connection.is_idle());

    let mut connection = connected(&scratch).await;
    let monster = Statement::new("SELECT repeat('x', 20000000)");
    let error = connection.pipeline(&[monster]).await.unwrap_err();
    assert!(matches!(error, DbError::Protocol(_)), "{error:?}");
}
