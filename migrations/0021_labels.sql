-- Labels: a code on a place or a thing, which leads to it. One that is made beforehand is bound when somebody has stuck it on.
CREATE TABLE labels (
    org_id      text           NOT NULL REFERENCES organisations (id),
    code        text           NOT NULL CHECK (code ~ '^[0-9A-HJKMNP-TV-Z]{8}$'),
    location_id uuid           REFERENCES locations (id),
    asset_id    uuid           REFERENCES assets (id),
    made_at     timestamptz(3) NOT NULL,
    made_by     uuid           NOT NULL,
    bound_at    timestamptz(3),
    bound_by    uuid,
    PRIMARY KEY (org_id, code),
    CHECK (num_nonnulls(location_id, asset_id) = num_nonnulls(bound_at)),
    CHECK (num_nonnulls(bound_at) = num_nonnulls(bound_by))
);
COMMENT ON TABLE labels IS 'Owner: PostgreSQL, written synchronously. A thing may have several; none is ever on two things.';
CREATE INDEX labels_location ON labels (org_id, location_id) WHERE location_id IS NOT NULL;
CREATE INDEX labels_asset ON labels (org_id, asset_id) WHERE asset_id IS NOT NULL;
