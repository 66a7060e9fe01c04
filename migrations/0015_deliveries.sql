-- What was sent to whom and what became of it, and addresses that nothing is sent to, since they have bounced.
CREATE TABLE deliveries (
    org_id     text           NOT NULL REFERENCES organisations (id),
    id         text           NOT NULL,
    user_id    uuid           NOT NULL REFERENCES users (id),
    channel    text           NOT NULL,
    kind       text           NOT NULL,
    request_id uuid,
    number     text,
    state      text           NOT NULL,
    tries      integer        NOT NULL,
    last       jsonb,
    version    bigint         NOT NULL,
    created_at timestamptz(3) NOT NULL,
    PRIMARY KEY (org_id, id)
);
COMMENT ON TABLE deliveries IS 'Owner: the inbox of whoever is told; a copy for lists. Kept for 90 days.';
COMMENT ON COLUMN deliveries.version IS 'Counts what the inbox says of it: a late copy changes nothing.';
COMMENT ON COLUMN deliveries.last IS 'What the last try came to. Its words are the provider''s, and may name an address.';
CREATE INDEX deliveries_newest ON deliveries (org_id, created_at DESC, id DESC);
CREATE INDEX deliveries_by_state ON deliveries (org_id, state, created_at DESC, id DESC);
CREATE INDEX deliveries_by_request ON deliveries (org_id, request_id) WHERE state IN ('refused', 'parked');

ALTER TABLE users
    ADD COLUMN mail_paused     jsonb,
    ADD COLUMN mail_resumed_at timestamptz(3);
COMMENT ON COLUMN users.mail_paused IS 'Since when and why nothing is mailed to this address; none while mails are.';
COMMENT ON COLUMN users.mail_resumed_at IS 'When it was last tried again: what bounced before says nothing any more.';
CREATE INDEX users_mail_paused ON users (org_id, id) WHERE mail_paused IS NOT NULL;

-- Another address is another mailbox, whoever changes it.
CREATE FUNCTION users_mail_address() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.mail_paused := NULL;
    NEW.mail_resumed_at := NULL;
    RETURN NEW;
END $$;
CREATE TRIGGER users_mail_address BEFORE UPDATE OF email ON users
    FOR EACH ROW WHEN (OLD.email IS DISTINCT FROM NEW.email) EXECUTE FUNCTION users_mail_address();
