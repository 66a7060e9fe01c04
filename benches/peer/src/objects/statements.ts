// The outbox's writes and the list, in PostgreSQL's SQL: one statement per table over a JSON array, idempotent and fenced.

export const APPLY_REQUESTS = `
  INSERT INTO requests AS stored (id, org_id, epoch, version, number, body)
 SELECT DISTINCT ON (id) id, org_id, epoch, version, number, body
 FROM jsonb_to_recordset($1::text::jsonb) AS delivered
     (id uuid, org_id text, epoch bigint, version bigint, number text, body jsonb)
 ORDER BY id, epoch DESC, version DESC
 ON CONFLICT (id) DO UPDATE SET
      org_id = excluded.org_id, epoch = excluded.epoch, version = excluded.version,
      number = excluded.number, body = excluded.body, synced_at = clock_timestamp()
 WHERE (excluded.epoch, excluded.version) > (stored.epoch, stored.version)`;

export const APPLY_EVENTS = `
  INSERT INTO request_events
     (request_id, epoch, seq, org_id, ts, kind, actor_id, actor_name, actor_role, visibility, body, trace_id)
 SELECT DISTINCT ON (request_id, epoch, seq)
      request_id, epoch, seq, org_id, 'epoch'::timestamptz + ts * interval '1 millisecond',
      kind, actor_id, actor_name, actor_role, visibility, body, trace_id
 FROM jsonb_to_recordset($1::text::jsonb) AS delivered
     (request_id uuid, epoch bigint, seq bigint, org_id text, ts bigint, kind text, actor_id uuid,
      actor_name text, actor_role text, visibility text, body jsonb, trace_id text)
 ORDER BY request_id, epoch, seq
 ON CONFLICT DO NOTHING`;

export const APPLY_AUDIT = `
  INSERT INTO audit_entries
     (org_id, id, seq, ts, actor_id, actor_name, actor_role, action, object_type, object_id, request_id, fields)
 SELECT DISTINCT ON (org_id, id)
      org_id, id, seq, 'epoch'::timestamptz + ts * interval '1 millisecond',
      actor_id, actor_name, actor_role, action, object_type, object_id, request_id, fields
 FROM jsonb_to_recordset($1::text::jsonb) AS delivered
     (org_id text, id text, seq bigint, ts bigint, actor_id uuid, actor_name text, actor_role text,
      action text, object_type text, object_id text, request_id text, fields jsonb)
 ORDER BY org_id, id
 ON CONFLICT DO NOTHING`;

/** The same page that the index gives: one status, newest first, behind a position. */
export const LIST_REQUESTS = `
  SELECT json_build_object(
           'id', id, 'number', number, 'title', title, 'category', category, 'priority', priority, 'hazard', hazard,
           'location', body -> 'location', 'asset', body -> 'asset', 'status', status,
           'requester', json_build_object('id', requester_id, 'name', requester_name),
           'assignee', CASE WHEN assignee_id IS NULL THEN NULL
                            ELSE json_build_object('id', assignee_id, 'name', assignee_name) END,
           'due_at', to_char(due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
           'version', version,
           'created_at', to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
           'updated_at', to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
           'attachments', 0)::text AS json,
         (extract(epoch FROM created_at) * 1000)::bigint AS ts, id
  FROM requests
  WHERE org_id = $1 AND status = $2
    AND ($3::bigint IS NULL
         OR (created_at, id) < ('epoch'::timestamptz + $3::bigint * interval '1 millisecond', $4::uuid))
  ORDER BY created_at DESC, id DESC
  LIMIT $5::bigint`;

const time = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** A page of the assets that are not retired, in the order of their names. */
export const LIST_ASSETS = `
  SELECT json_build_object(
           'id', l.id, 'name', l.name, 'code', l.body ->> 'code', 'category', l.body ->> 'category',
           'location', (SELECT json_build_object('id', p.id, 'name', p.name, 'path',
                               (SELECT coalesce(json_agg(json_build_object('id', a.id, 'name', a.name) ORDER BY u.level), '[]'::json)
                                FROM unnest(p.ancestors) WITH ORDINALITY u(id, level) JOIN locations a ON a.id = u.id))
                        FROM locations p WHERE p.id = l.location_id),
           'parent', (SELECT json_build_object('id', p.id, 'name', p.name, 'code', p.body ->> 'code') FROM assets p WHERE p.id = l.parent_id),
           'parts', (SELECT count(*) FROM assets c WHERE c.org_id = l.org_id AND c.parent_id = l.id),
           'maker', l.body ->> 'maker', 'model', l.body ->> 'model', 'serial', l.body ->> 'serial',
           'bought', l.body ->> 'bought', 'warranty_until', l.body ->> 'warranty_until', 'cost', l.body ->> 'cost',
           'notes', l.body ->> 'notes', 'custom', coalesce(l.body -> 'custom', '{}'), 'status', l.status, 'history', l.history,
           'down', l.status = 'out_of_service' OR EXISTS (
                SELECT FROM requests
                WHERE requests.org_id = l.org_id AND requests.asset_id = l.id AND body ->> 'down_since' IS NOT NULL
                  AND status NOT IN ('rejected', 'cancelled') AND body ->> 'down_until' IS NULL AND completed_at IS NULL),
           'version', l.version, 'created_at', ${time("l.created_at")}, 'updated_at', ${time("l.updated_at")})::text AS json,
         '0' AS ts, l.id::text || l.sort AS id
  FROM assets l
  WHERE l.org_id = $1 AND l.status IN ('in_service', 'out_of_service') AND ($2::uuid IS NULL OR (l.sort, l.id) > ($3::text, $2::uuid))
  ORDER BY l.sort, l.id
  LIMIT $4::bigint`;
