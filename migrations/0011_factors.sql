-- A second proof of who somebody is: codes of an authenticator app, passkeys, and codes for when those are lost.
CREATE TABLE user_totp (
    user_id    uuid           PRIMARY KEY REFERENCES users (id),
    org_id     text           NOT NULL REFERENCES organisations (id),
    secret     text           NOT NULL,
    step       bigint         NOT NULL,
    created_at timestamptz(3) NOT NULL
);
COMMENT ON TABLE user_totp IS 'Owner: PostgreSQL; whoever has a row has an authenticator app. There is none before its first code was right.';
COMMENT ON COLUMN user_totp.secret IS 'Encrypted for this account, with the id of the key in front (decision 21).';
COMMENT ON COLUMN user_totp.step IS 'The 30 seconds since 1970 of the last code that was taken: none of them or before is taken again.';

CREATE TABLE user_passkeys (
    org_id     text           NOT NULL REFERENCES organisations (id),
    credential text           NOT NULL,
    user_id    uuid           NOT NULL REFERENCES users (id),
    name       text           NOT NULL,
    public_key text           NOT NULL,
    sign_count bigint         NOT NULL,
    eligible   boolean        NOT NULL,
    backed_up  boolean        NOT NULL,
    created_at timestamptz(3) NOT NULL,
    used_at    timestamptz(3),
    PRIMARY KEY (org_id, credential)
);
COMMENT ON TABLE user_passkeys IS 'Owner: PostgreSQL; a passkey of an authenticator, which has the private key.';
COMMENT ON COLUMN user_passkeys.credential IS 'The id that the authenticator gave it, in base64url.';
COMMENT ON COLUMN user_passkeys.public_key IS 'COSE in base64url.';
COMMENT ON COLUMN user_passkeys.eligible IS 'Whether it may be on several devices of its user.';
CREATE INDEX user_passkeys_user ON user_passkeys (user_id);

CREATE TABLE user_recovery_codes (
    user_id uuid           NOT NULL REFERENCES users (id),
    org_id  text           NOT NULL REFERENCES organisations (id),
    hash    text           NOT NULL,
    used_at timestamptz(3),
    PRIMARY KEY (user_id, hash)
);
COMMENT ON TABLE user_recovery_codes IS 'Owner: PostgreSQL; codes for one use each, as keyed hashes.';
