-- The foundation: who may sign in, and the read model of requests.
--
-- Forward-only. Each file runs in one transaction, and the migrator records it. Old and new code run side by side during a
-- deploy, so a later file adds (nullable or defaulted) columns and tables, and removes only what no running version reads.
--
-- Times are timestamptz(3): the API and the objects know milliseconds, and a keyset cursor compares them for equality.

CREATE TABLE organisations (
    id         text           PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    name       text           NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT now()
);
COMMENT ON TABLE organisations IS 'Owner: PostgreSQL, written synchronously. One row per tenant.';

INSERT INTO organisations (id, name) VALUES ('default', 'Default organisation');

CREATE TABLE users (
    id            uuid           PRIMARY KEY,
    org_id        text           NOT NULL REFERENCES organisations (id),
    email         text           NOT NULL,
    name          text           NOT NULL,
    role          text           NOT NULL CHECK (role IN ('requester', 'technician', 'manager', 'admin')),
    status        text           NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
    password_hash text           NOT NULL,
    created_at    timestamptz(3) NOT NULL DEFAULT now(),
    updated_at    timestamptz(3) NOT NULL DEFAULT now()
);
COMMENT ON TABLE users IS 'Owner: PostgreSQL, written synchronously and read through the cache. Users are disabled, never deleted.';
COMMENT ON COLUMN users.password_hash IS 'Argon2id as a PHC string.';

-- Signing in looks here, and two spellings of one address are one account.
CREATE UNIQUE INDEX users_org_email ON users (org_id, lower(email));
CREATE INDEX users_org_created ON users (org_id, created_at, id);

-- The read model below is written by the objects' outboxes, at least once and in any order. It has no foreign keys: a
-- request, its events and the users in them arrive independently, and a row that waits for another one would block its
-- outbox. For the same reason statuses and kinds are not checked here: the object has decided, and a newer version
-- may have decided something that this schema has not heard of.

CREATE TABLE requests (
    id             uuid           PRIMARY KEY,
    org_id         text           NOT NULL,
    epoch          bigint         NOT NULL,
    version        bigint         NOT NULL,
    number         text,
    title          text           NOT NULL,
    description    text           NOT NULL,
    category       text           NOT NULL,
    priority       text           NOT NULL,
    status         text           NOT NULL,
    requester_id   uuid           NOT NULL,
    requester_name text           NOT NULL,
    assignee_id    uuid,
    assignee_name  text,
    due_at         timestamptz(3),
    created_at     timestamptz(3) NOT NULL,
    updated_at     timestamptz(3) NOT NULL,
    completed_at   timestamptz(3),
    body           jsonb          NOT NULL,
    synced_at      timestamptz(3) NOT NULL DEFAULT now()
);
COMMENT ON TABLE requests IS 'Owner: each RequestObject; this is its read model, written through its outbox.';
COMMENT ON COLUMN requests.epoch IS 'Raised only by a restore. (epoch, version) never goes back: that fences stale copies.';
COMMENT ON COLUMN requests.body IS 'The whole snapshot, enough to rebuild the object.';
COMMENT ON COLUMN requests.synced_at IS 'When this version was committed here; not part of the object.';

CREATE INDEX requests_org_created ON requests (org_id, created_at DESC, id DESC);
CREATE INDEX requests_org_updated ON requests (org_id, updated_at DESC, id DESC);
CREATE INDEX requests_org_status ON requests (org_id, status, created_at DESC, id DESC);
CREATE INDEX requests_org_assignee ON requests (org_id, assignee_id, created_at DESC, id DESC);
CREATE INDEX requests_org_requester ON requests (org_id, requester_id, created_at DESC, id DESC);

CREATE TABLE request_events (
    request_id uuid           NOT NULL,
    epoch      bigint         NOT NULL,
    seq        bigint         NOT NULL,
    org_id     text           NOT NULL,
    ts         timestamptz(3) NOT NULL,
    kind       text           NOT NULL,
    actor_id   uuid,
    actor_name text           NOT NULL,
    visibility text           NOT NULL,
    body       jsonb          NOT NULL,
    trace_id   text           NOT NULL,
    PRIMARY KEY (request_id, epoch, seq)
);
COMMENT ON TABLE request_events IS 'Owner: each RequestObject; the copy of its timeline, append-only, written through its outbox.';
COMMENT ON COLUMN request_events.actor_id IS 'NULL when the system itself acted.';

CREATE TABLE audit_entries (
    org_id      text           NOT NULL,
    id          text           NOT NULL,
    seq         bigint         NOT NULL,
    ts          timestamptz(3) NOT NULL,
    actor_id    uuid,
    actor_name  text           NOT NULL,
    action      text           NOT NULL,
    object_type text           NOT NULL,
    object_id   text           NOT NULL,
    request_id  text           NOT NULL,
    fields      jsonb          NOT NULL,
    -- Not (org_id, seq): a stream that is split into shards counts in each of them.
    PRIMARY KEY (org_id, id)
);
COMMENT ON TABLE audit_entries IS 'Owner: the audit LogStreamObject; the copy of its entries, append-only, written through its outbox.';
COMMENT ON COLUMN audit_entries.request_id IS 'The id of the HTTP request that caused it, not of a maintenance request.';

CREATE INDEX audit_entries_org_ts ON audit_entries (org_id, ts DESC, id DESC);

-- Append-only is a promise of the database and not of the code in front of it.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END
$$;

CREATE TRIGGER request_events_append_only BEFORE UPDATE OR DELETE ON request_events
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
