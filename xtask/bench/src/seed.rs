//! Fills objects with more than anybody would write over HTTP: rows go straight into their SQLite files while the runtime
//! is stopped. The tables are those that the objects made; both builds have the same.

use std::process::Command;

use anyhow::{Context, Result};

use crate::http::Call;
use crate::routes;
use crate::side::{Side, fill};

/// The organisation's name for its index.
pub const INDEX: &str = "default";
/// The stream that nothing else writes to.
pub const STREAM: &str = "mail";

/// Brings the index to about `summaries` requests and the stream to about `entries` entries.
pub fn sizes(side: &mut Side, summaries: u64, entries: u64) -> Result<()> {
    // Makes the tables.
    routes::requests(side, "seed", 1)?;
    side.drive(&Call::get(&format!("/append?stream={STREAM}&first=0&count=1")))?;
    let index = side.object_file("REQUEST_INDEX", "RequestIndexObject", INDEX)?;
    let stream = side.object_file("LOG_STREAM", "LogStreamObject", &format!("{INDEX}/{STREAM}"))?;
    side.restart_with(|_| {
        fill(&index, &index_rows(summaries))?;
        fill(&stream, &stream_rows(entries))?;
        // What still goes to the disk behind it would slow down whoever is measured first.
        Command::new("sync").status().context("there is no sync").map(|_| ())
    })
}

/// Requests from the past: one a minute, all states, priorities and twelve categories.
fn index_rows(upto: u64) -> String {
    format!(
        r#"
        BEGIN;
        CREATE TEMP TABLE words (place INTEGER PRIMARY KEY, status TEXT, priority TEXT);
        INSERT INTO words VALUES
            (0, 'submitted', 'low'), (1, 'approved', 'normal'), (2, 'rejected', 'high'), (3, 'assigned', 'urgent'),
            (4, 'in_progress', 'low'), (5, 'on_hold', 'normal'), (6, 'completed', 'high'), (7, 'closed', 'urgent'),
            (8, 'cancelled', 'normal');
        WITH RECURSIVE n (i) AS (
            SELECT (SELECT max(number) + 1 FROM request) UNION ALL SELECT i + 1 FROM n WHERE i < {upto}
        ),
        made AS (
            SELECT i, printf('%08x-0000-8000-8000-%012x', i, i * 7919) AS id,
                   (SELECT status FROM words WHERE place = i * 7 % 9) AS status,
                   (SELECT priority FROM words WHERE place = i % 4) AS priority,
                   'category ' || (i % 12) AS category,
                   printf('%08x-0000-4000-8000-000000000001', i % 500) AS requester,
                   1700000000000 + i * 60000 AS created, 1700000000000 + i * 60000 + i % 1000 * 3600000 AS updated,
                   'Something is broken in room ' || (i % 977) AS title
            FROM n WHERE i <= {upto}
        )
        INSERT INTO request (number, id, epoch, version, status, priority, category, requester_id, assignee_id, created_ms,
                             updated_ms, public_ms, public_version, folding, search, json)
        SELECT i, id, 0, 1 + i % 9, status, priority, category, requester, NULL, created, updated,
               updated, 1 + i % 9, 2,
               lower(printf('MR-%06d', i) || char(10) || title),
               json_object('id', id, 'number', printf('MR-%06d', i), 'title', title, 'category', category,
                           'priority', priority, 'hazard', json('false'), 'status', status,
                           'requester', json_object('id', requester, 'name', 'Eka Putri'), 'assignee', NULL,
                           'due_at', strftime('%Y-%m-%dT%H:%M:%fZ', created / 1000 + 86400, 'unixepoch'),
                           'version', 1 + i % 9,
                           'created_at', strftime('%Y-%m-%dT%H:%M:%fZ', created / 1000, 'unixepoch'),
                           'updated_at', strftime('%Y-%m-%dT%H:%M:%fZ', updated / 1000, 'unixepoch'))
        FROM made;
        UPDATE counter SET last_number = (SELECT max(number) FROM request);
        DELETE FROM tally;
        INSERT INTO tally SELECT status, count(*) FROM request GROUP BY status;
        COMMIT;"#
    )
}

/// Entries of the last days: nine of ten are of level info.
fn stream_rows(upto: u64) -> String {
    format!(
        r#"
        BEGIN;
        WITH RECURSIVE n (i) AS (
            SELECT (SELECT max(seq) + 1 FROM entry) UNION ALL SELECT i + 1 FROM n WHERE i < {upto}
        ),
        made AS (
            SELECT i, printf('0190a5b8-0000-7000-9000-%012d', i) AS trace,
                   CASE WHEN i % 100 < 90 THEN 'info' WHEN i % 100 < 97 THEN 'warn' ELSE 'error' END AS level,
                   unixepoch() * 1000 - 86400000 + i * 80 AS ts,
                   printf('%08x-0000-4000-8000-000000000001', i % 500) AS actor, 100 + i % 37 AS took
            FROM n WHERE i <= {upto}
        )
        INSERT INTO entry (seq, id, ts, level, actor_id, request_id, hash, folding, search, json)
        SELECT i, trace || '-0', ts, level, actor, trace, NULL, 1, 'sent to somebody' || char(10) || 'get /api/requests',
               json_object('id', trace || '-0', 'ts', strftime('%Y-%m-%dT%H:%M:%fZ', ts / 1000.0, 'unixepoch'), 'seq', i,
                           'level', level, 'message', 'Sent to somebody', 'request_id', trace,
                           'actor', json_object('id', actor, 'name', 'Eka Putri'), 'route', 'GET /api/requests',
                           'status', 200, 'duration_ms', took, 'fields', json_object())
        FROM made;
        UPDATE stream SET last_seq = (SELECT max(seq) FROM entry);
        DELETE FROM tally;
        INSERT INTO tally SELECT level, count(*) FROM entry GROUP BY level;
        COMMIT;"#
    )
}
