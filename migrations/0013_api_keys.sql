-- API keys: what lets a program in on somebody's behalf. Whether one holds is said by the object of its secret.
CREATE TABLE api_keys (
    id             text           PRIMARY KEY,
    org_id         text           NOT NULL REFERENCES organisations (id),
    user_id        uuid           NOT NULL REFERENCES users (id),
    name           text           NOT NULL,
    scopes         jsonb          NOT NULL,
    session        text           NOT NULL,
    previous       text,
    previous_until timestamptz(3),
    created_at     timestamptz(3) NOT NULL,
    expires_at     timestamptz(3) NOT NULL,
    rotated_at     timestamptz(3),
    ended_at       timestamptz(3)
);
COMMENT ON TABLE api_keys IS 'Owner: PostgreSQL, written synchronously; whether a key holds is known to the object of its secret.';
COMMENT ON COLUMN api_keys.session IS 'The SHA-256 of the secret, in hexadecimal digits: the name of its object.';
COMMENT ON COLUMN api_keys.previous IS 'The same of the secret of before, which holds until previous_until.';
COMMENT ON COLUMN api_keys.ended_at IS 'When it was ended before its time: by somebody, or because its owner got another role or was disabled.';
CREATE INDEX api_keys_user ON api_keys (user_id);
CREATE INDEX api_keys_org ON api_keys (org_id, created_at, id);

-- Which key somebody acted by, where it was one: id and name at the time.
ALTER TABLE request_events ADD COLUMN actor_via jsonb;
ALTER TABLE audit_entries ADD COLUMN actor_via jsonb;
