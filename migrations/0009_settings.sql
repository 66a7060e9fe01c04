-- Settings: what an organisation has decided itself. A row per change; the newest of a key is in force.
CREATE TABLE setting_changes (
    org_id     text           NOT NULL REFERENCES organisations (id),
    version    bigint         NOT NULL,
    key        text           NOT NULL,
    value      jsonb,
    before     jsonb          NOT NULL,
    restored   bigint,
    changed_at timestamptz(3) NOT NULL,
    changed_by jsonb          NOT NULL,
    PRIMARY KEY (org_id, version)
);
COMMENT ON TABLE setting_changes IS 'Owner: PostgreSQL, written synchronously; only added to.';
COMMENT ON COLUMN setting_changes.version IS 'Counts the changes of the organisation, whatever their key.';
COMMENT ON COLUMN setting_changes.value IS 'The new value; none for the default of the release.';
COMMENT ON COLUMN setting_changes.before IS 'What was in force until then.';
COMMENT ON COLUMN setting_changes.restored IS 'The version of the change whose value was brought back, if it was one.';
COMMENT ON COLUMN setting_changes.changed_by IS 'Who: id, name and role at the time.';
CREATE INDEX setting_changes_key ON setting_changes (org_id, key, version DESC);
