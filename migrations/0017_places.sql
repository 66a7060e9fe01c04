-- Places: where things are broken. A tree; requests name a place, and lists find what is at it or below.
CREATE TABLE locations (
    id          uuid           PRIMARY KEY,
    org_id      text           NOT NULL REFERENCES organisations (id),
    parent_id   uuid           REFERENCES locations (id),
    ancestors   uuid[]         NOT NULL,
    body        jsonb          NOT NULL,
    folded      jsonb          NOT NULL,
    archived_at timestamptz(3),
    merged_into uuid           REFERENCES locations (id),
    version     bigint         NOT NULL,
    change      bigint         NOT NULL,
    created_at  timestamptz(3) NOT NULL,
    updated_at  timestamptz(3) NOT NULL,
    name        text           GENERATED ALWAYS AS (body ->> 'name') STORED,
    code        text           GENERATED ALWAYS AS (lower(body ->> 'code')) STORED,
    sort        text           COLLATE "C" GENERATED ALWAYS AS (folded ->> 'sort') STORED,
    search      text           GENERATED ALWAYS AS (
        coalesce(folded ->> 'name', '') || E'\n' || coalesce(folded ->> 'code', '') || E'\n' || coalesce(folded ->> 'kind', '')) STORED,
    CHECK (cardinality(ancestors) < 16),
    CHECK (parent_id IS NOT DISTINCT FROM ancestors[cardinality(ancestors)])
);
COMMENT ON TABLE locations IS 'Owner: PostgreSQL, written synchronously; the index of requests has a copy of the tree.';
COMMENT ON COLUMN locations.ancestors IS 'The places that it is in, the outermost first; the last one is its parent. What is below a place has it in here.';
COMMENT ON COLUMN locations.body IS 'What people said of it.';
COMMENT ON COLUMN locations.folded IS 'What of that is searched, folded as the app folds it, and its place in an alphabetical list.';
COMMENT ON COLUMN locations.merged_into IS 'The place that it became a part of; then it is that one''s child, so that what names it is found there.';
COMMENT ON COLUMN locations.change IS 'Counts the changes of the organisation''s tree: what the index of requests does not know yet is above what it has.';
CREATE UNIQUE INDEX locations_code ON locations (org_id, code) WHERE merged_into IS NULL;
CREATE INDEX locations_parent ON locations (org_id, parent_id, sort, id);
CREATE INDEX locations_sort ON locations (org_id, sort, id);
CREATE INDEX locations_change ON locations (org_id, change);
CREATE INDEX locations_below ON locations USING gin (ancestors);

ALTER TABLE requests ADD COLUMN location_id uuid GENERATED ALWAYS AS ((body #>> '{location,id}')::uuid) STORED;
CREATE INDEX requests_org_location ON requests (org_id, location_id) WHERE location_id IS NOT NULL;
