//! The read model as whoever checks it asks for it.

/// Everything that the read model has of each request, in the words of the API: rows of (id, JSON text).
pub const READ_MODEL: &str = r#"
    SELECT id::text, json_build_object(
        'row', json_build_object(
            'number', number, 'title', title, 'description', description, 'category', category, 'priority', priority,
            'status', status, 'requester', json_build_object('id', requester_id, 'name', requester_name),
            'assignee', CASE WHEN assignee_id IS NOT NULL
                        THEN json_build_object('id', assignee_id, 'name', assignee_name) END,
            'due_at', to_char(due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
            'created_at', to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
            'updated_at', to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
            'completed_at', to_char(completed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
            'version', version),
        'snapshot', body,
        'events', (
            SELECT coalesce(json_agg(json_build_object(
                'seq', seq, 'ts', to_char(ts AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'kind', kind,
                'actor', jsonb_build_object('id', actor_id, 'name', actor_name)
                    || jsonb_strip_nulls(jsonb_build_object('role', actor_role, 'via', actor_via)), 'body', body) ORDER BY seq), '[]')
            FROM request_events WHERE request_id = requests.id AND epoch = requests.epoch))::text
    FROM requests"#;
