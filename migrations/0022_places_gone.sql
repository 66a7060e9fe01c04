-- Places that were deleted, because nothing had ever named them: the index of requests has to hear of it.
CREATE TABLE locations_gone (
    org_id text   NOT NULL REFERENCES organisations (id),
    id     uuid   PRIMARY KEY,
    change bigint NOT NULL
);
COMMENT ON TABLE locations_gone IS 'Owner: PostgreSQL, written synchronously, with locations.';
COMMENT ON COLUMN locations_gone.change IS 'As locations.change.';
CREATE INDEX locations_gone_change ON locations_gone (org_id, change);

CREATE FUNCTION last_place_change(org text) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT greatest((SELECT max(change) FROM locations WHERE org_id = org), (SELECT max(change) FROM locations_gone WHERE org_id = org), 0)
$$;
COMMENT ON FUNCTION last_place_change IS 'How many changes the tree of places of an organisation has had.';
