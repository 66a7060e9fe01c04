//! The outbox's writes: one statement per table over a JSON array of rows.
//!
//! Each is idempotent. A request is fenced by (epoch, version), so that a late, repeated or stale delivery changes nothing;
//! events and audit entries are inserted once. `DISTINCT ON` is needed because one upsert may not meet a key twice, and
//! the order by key makes all shards take their row locks in one order, so that they cannot deadlock.
//!
//! Milliseconds become times by interval arithmetic, which is exact; `to_timestamp(ms / 1000.0)` rounds twice.

use pg::statement::Statement;

/// Upserts request rows from a JSON array of `RequestRow`s; the other columns follow from the body (migration 0002).
pub fn requests(rows: String) -> Statement {
    Statement::new(
        "INSERT INTO requests AS stored (id, org_id, epoch, version, number, body)
         SELECT DISTINCT ON (id) id, org_id, epoch, version, number, body
         FROM jsonb_to_recordset($1::jsonb) AS delivered
             (id uuid, org_id text, epoch bigint, version bigint, number text, body jsonb)
         ORDER BY id, epoch DESC, version DESC
         ON CONFLICT (id) DO UPDATE SET
              org_id = excluded.org_id, epoch = excluded.epoch, version = excluded.version,
              number = excluded.number, body = excluded.body, synced_at = clock_timestamp()
         WHERE (excluded.epoch, excluded.version) > (stored.epoch, stored.version)",
    )
    .bind(rows)
}

/// Inserts events from a JSON array of `EventRow`s.
pub fn events(rows: String) -> Statement {
    Statement::new(
        "INSERT INTO request_events
             (request_id, epoch, seq, org_id, ts, kind, actor_id, actor_name, actor_role, actor_via, visibility, body, trace_id)
         SELECT DISTINCT ON (request_id, epoch, seq)
              request_id, epoch, seq, org_id, 'epoch'::timestamptz + ts * interval '1 millisecond',
              kind, actor_id, actor_name, actor_role, actor_via, visibility, body, trace_id
         FROM jsonb_to_recordset($1::jsonb) AS delivered
             (request_id uuid, epoch bigint, seq bigint, org_id text, ts bigint, kind text, actor_id uuid,
              actor_name text, actor_role text, actor_via jsonb, visibility text, body jsonb, trace_id text)
         ORDER BY request_id, epoch, seq
         ON CONFLICT DO NOTHING",
    )
    .bind(rows)
}

/// Inserts audit entries from a JSON array of `AuditRow`s.
pub fn audit_entries(rows: String) -> Statement {
    Statement::new(
        "INSERT INTO audit_entries
             (org_id, id, seq, ts, actor_id, actor_name, actor_role, actor_via, action, object_type, object_id, request_id, fields)
         SELECT DISTINCT ON (org_id, id)
              org_id, id, seq, 'epoch'::timestamptz + ts * interval '1 millisecond',
              actor_id, actor_name, actor_role, actor_via, action, object_type, object_id, request_id, fields
         FROM jsonb_to_recordset($1::jsonb) AS delivered
             (org_id text, id text, seq bigint, ts bigint, actor_id uuid, actor_name text, actor_role text, actor_via jsonb,
              action text, object_type text, object_id text, request_id text, fields jsonb)
         ORDER BY org_id, id
         ON CONFLICT DO NOTHING",
    )
    .bind(rows)
}
