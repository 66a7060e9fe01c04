-- How to reach the reporter; none for requests of before.

ALTER TABLE requests ADD COLUMN contact text GENERATED ALWAYS AS (body ->> 'contact') STORED;
