-- People sign in with their organisation's identity provider.
CREATE TABLE user_identities (
    org_id    text           NOT NULL REFERENCES organisations (id),
    issuer    text           NOT NULL,
    subject   text           NOT NULL,
    user_id   uuid           NOT NULL REFERENCES users (id),
    linked_at timestamptz(3) NOT NULL,
    PRIMARY KEY (org_id, issuer, subject),
    UNIQUE (user_id, issuer)
);
COMMENT ON TABLE user_identities IS 'Owner: PostgreSQL, written synchronously.';
COMMENT ON COLUMN user_identities.issuer IS 'The provider, as it calls itself.';
COMMENT ON COLUMN user_identities.subject IS 'Who they are there, for ever: the sub of OpenID Connect. No e-mail address.';
