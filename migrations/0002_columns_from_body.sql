-- The columns of requests follow from the snapshot, so that a field of a request is told in one place.
--
-- A Worker delivers id, organisation, epoch, version, number and body; what lists and reports are made of is taken from the body
-- here. A new column is `GENERATED ALWAYS AS (body ->> 'field') STORED`, and no statement names it. Those of before are filled by
-- a trigger and not generated: a Worker of the release before still writes them, which PostgreSQL refuses for a generated column;
-- the trigger has the last word. So both releases write alike, in either order of deployment.

CREATE FUNCTION requests_from_body() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moment CONSTANT interval := interval '1 millisecond';
BEGIN
    NEW.title          := NEW.body ->> 'title';
    NEW.description    := NEW.body ->> 'description';
    NEW.category       := NEW.body ->> 'category';
    NEW.priority       := NEW.body ->> 'priority';
    NEW.status         := NEW.body ->> 'status';
    NEW.requester_id   := (NEW.body #>> '{requester,id}')::uuid;
    NEW.requester_name := NEW.body #>> '{requester,name}';
    NEW.assignee_id    := (NEW.body #>> '{assignee,id}')::uuid;
    NEW.assignee_name  := NEW.body #>> '{assignee,name}';
    NEW.due_at         := 'epoch'::timestamptz + (NEW.body ->> 'due_at')::bigint * moment;
    NEW.created_at     := 'epoch'::timestamptz + (NEW.body ->> 'created_at')::bigint * moment;
    NEW.updated_at     := 'epoch'::timestamptz + (NEW.body ->> 'updated_at')::bigint * moment;
    NEW.completed_at   := 'epoch'::timestamptz + (NEW.body ->> 'completed_at')::bigint * moment;
    RETURN NEW;
END
$$;

CREATE TRIGGER requests_columns BEFORE INSERT OR UPDATE ON requests
    FOR EACH ROW EXECUTE FUNCTION requests_from_body();

COMMENT ON COLUMN requests.body IS 'The whole snapshot: enough to rebuild the object, and what the columns are made of.';
