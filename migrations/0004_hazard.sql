-- Whether people are in danger; not, in requests of before.

ALTER TABLE requests ADD COLUMN hazard boolean GENERATED ALWAYS AS (coalesce((body ->> 'hazard')::boolean, false)) STORED;
