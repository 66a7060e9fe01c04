-- Passwords are changed and reset, some people have a user name instead of an address, and what an account's change ends is not forgotten.
ALTER TABLE users
    ALTER COLUMN email DROP NOT NULL,
    ADD COLUMN version    bigint NOT NULL DEFAULT 1,
    ADD COLUMN username   text,
    ADD COLUMN phone      text,
    ADD COLUMN time_zone  text,
    ADD COLUMN start_page text,
    ADD CONSTRAINT users_login CHECK (email IS NOT NULL OR username IS NOT NULL);
COMMENT ON COLUMN users.version IS 'Raised by what ends sessions: another password, role or state. A session opened on an older one is refused.';
COMMENT ON COLUMN users.username IS 'What somebody without an address signs in with; it has no @.';
COMMENT ON COLUMN users.time_zone IS 'A name of the IANA time zone database; that of the organisation when there is none.';
CREATE UNIQUE INDEX users_org_username ON users (org_id, lower(username));

-- One's own data as a file.
CREATE INDEX request_events_actor ON request_events (actor_id, ts DESC) WHERE actor_id IS NOT NULL;

ALTER TABLE user_links
    DROP CONSTRAINT user_links_kind_check,
    ADD CONSTRAINT user_links_kind_check CHECK (kind IN ('invitation', 'reset'));

-- What a change of an account ends is in objects: it is written in the transaction of the change, and removed once it has ended.
CREATE TABLE account_owed (
    org_id  text           NOT NULL REFERENCES organisations (id),
    user_id uuid           NOT NULL REFERENCES users (id),
    version bigint         NOT NULL,
    ts      timestamptz(3) NOT NULL,
    reason  text           NOT NULL,
    keep    text,
    work    jsonb,
    PRIMARY KEY (user_id, version)
);
COMMENT ON TABLE account_owed IS 'Owner: PostgreSQL; sessions that end, and work that goes to somebody else, because an account was changed.';
COMMENT ON COLUMN account_owed.version IS 'Sessions opened on an older version of the account end.';
COMMENT ON COLUMN account_owed.keep IS 'The session that made the change, which goes on.';
COMMENT ON COLUMN account_owed.work IS 'Whose the open work becomes, and by whose word.';
CREATE INDEX account_owed_org_ts ON account_owed (org_id, ts, version);
