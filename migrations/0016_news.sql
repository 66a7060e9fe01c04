-- What the owner of an account is told although nothing ends with it, and which owners of API keys were told that one ends soon.
CREATE TABLE news_owed (
    org_id  text           NOT NULL REFERENCES organisations (id),
    id      text           NOT NULL,
    user_id uuid           NOT NULL REFERENCES users (id),
    ts      timestamptz(3) NOT NULL,
    news    jsonb          NOT NULL,
    PRIMARY KEY (org_id, id)
);
COMMENT ON TABLE news_owed IS 'Owner: PostgreSQL; what happened to an account and its owner has not been told. Written in the transaction of the change, and removed once it was told.';
COMMENT ON COLUMN news_owed.id IS 'Of one change the same: a notice of it that was told twice is one.';
CREATE INDEX news_owed_order ON news_owed (org_id, ts, id);

ALTER TABLE api_keys ADD COLUMN told_days integer;
COMMENT ON COLUMN api_keys.told_days IS 'How many days before its end its owner was told last that it ends; none since it got its secret.';
CREATE INDEX api_keys_ends ON api_keys (org_id, expires_at) WHERE ended_at IS NULL;
