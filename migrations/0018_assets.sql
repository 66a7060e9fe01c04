-- Assets: the things that break. A request may name one.
CREATE TABLE assets (
    id          uuid           PRIMARY KEY,
    org_id      text           NOT NULL REFERENCES organisations (id),
    parent_id   uuid           REFERENCES assets (id),
    location_id uuid           REFERENCES locations (id),
    body        jsonb          NOT NULL,
    folded      jsonb          NOT NULL,
    status      text           NOT NULL,
    history     jsonb          NOT NULL,
    version     bigint         NOT NULL,
    created_at  timestamptz(3) NOT NULL,
    updated_at  timestamptz(3) NOT NULL,
    name        text           GENERATED ALWAYS AS (body ->> 'name') STORED,
    code        text           GENERATED ALWAYS AS (lower(body ->> 'code')) STORED,
    category    text           GENERATED ALWAYS AS (folded ->> 'category') STORED,
    sort        text           COLLATE "C" GENERATED ALWAYS AS (folded ->> 'sort') STORED,
    search      text           GENERATED ALWAYS AS (
        coalesce(folded ->> 'name', '') || E'\n' || coalesce(folded ->> 'code', '') || E'\n' || coalesce(folded ->> 'category', '') || E'\n' ||
        coalesce(folded ->> 'maker', '') || E'\n' || coalesce(folded ->> 'model', '') || E'\n' || coalesce(folded ->> 'serial', '')) STORED,
    CHECK (parent_id IS DISTINCT FROM id)
);
COMMENT ON TABLE assets IS 'Owner: PostgreSQL, written synchronously.';
COMMENT ON COLUMN assets.body IS 'What people said of it.';
COMMENT ON COLUMN assets.folded IS 'What of that is searched, folded as the app folds it, and its place in an alphabetical list.';
COMMENT ON COLUMN assets.history IS 'Its states, the newest first: which, since when, by whom, why. At most 100.';
CREATE UNIQUE INDEX assets_code ON assets (org_id, code);
CREATE INDEX assets_sort ON assets (org_id, sort, id);
CREATE INDEX assets_location ON assets (org_id, location_id, sort, id);
CREATE INDEX assets_parent ON assets (org_id, parent_id, sort, id);
CREATE INDEX assets_category ON assets (org_id, category, sort, id);

ALTER TABLE requests ADD COLUMN asset_id uuid GENERATED ALWAYS AS ((body #>> '{asset,id}')::uuid) STORED;
CREATE INDEX requests_org_asset ON requests (org_id, asset_id) WHERE asset_id IS NOT NULL;
