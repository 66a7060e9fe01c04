-- People are invited: until they have accepted they have neither a password nor a way in.
ALTER TABLE users
    ALTER COLUMN password_hash DROP NOT NULL,
    DROP CONSTRAINT users_status_check,
    ADD CONSTRAINT users_status_check CHECK (status IN ('active', 'disabled', 'invited'));

-- Links that let somebody in. Their tokens are random, and only hashes are kept.
CREATE TABLE user_links (
    hash        text           PRIMARY KEY,
    org_id      text           NOT NULL REFERENCES organisations (id),
    user_id     uuid           NOT NULL REFERENCES users (id),
    kind        text           NOT NULL CHECK (kind IN ('invitation')),
    created_at  timestamptz(3) NOT NULL,
    expires_at  timestamptz(3) NOT NULL,
    used_at     timestamptz(3),
    replaced_at timestamptz(3),
    asked_at    timestamptz(3)
);
COMMENT ON TABLE user_links IS 'Owner: PostgreSQL, written synchronously.';
COMMENT ON COLUMN user_links.hash IS 'The SHA-256 of the token, in hexadecimal digits.';
COMMENT ON COLUMN user_links.replaced_at IS 'Since when a newer link holds.';
COMMENT ON COLUMN user_links.asked_at IS 'When the holder of an expired link asked for another.';
CREATE INDEX user_links_user ON user_links (user_id, created_at DESC);
