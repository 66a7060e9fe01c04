-- An installation is set up once, by whoever has the token of its deployment; from then on there is always somebody in it.
ALTER TABLE organisations
    ADD COLUMN set_up_at timestamptz(3),
    ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC',
    ADD COLUMN language  text NOT NULL DEFAULT 'en';
COMMENT ON COLUMN organisations.set_up_at IS 'Since when the setup is closed, for ever.';
COMMENT ON COLUMN organisations.time_zone IS 'A name of the IANA time zone database.';

ALTER TABLE users ADD COLUMN language text;
COMMENT ON COLUMN users.language IS 'What the user is written to in; that of the organisation when there is none.';

UPDATE organisations SET set_up_at = now() WHERE EXISTS (SELECT 1 FROM users WHERE org_id = organisations.id);

-- What was changed here is told to the audit stream, which is an object: the entry is written in the transaction of the change,
-- and removed once the stream has it.
CREATE TABLE audit_owed (
    org_id text           NOT NULL REFERENCES organisations (id),
    id     text           NOT NULL,
    ts     timestamptz(3) NOT NULL,
    entry  jsonb          NOT NULL,
    PRIMARY KEY (org_id, id)
);
COMMENT ON TABLE audit_owed IS 'Owner: PostgreSQL; entries on their way to the audit LogStreamObject.';
CREATE INDEX audit_owed_org_ts ON audit_owed (org_id, ts, id);
