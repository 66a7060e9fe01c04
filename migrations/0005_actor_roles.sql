-- What whoever acted was at the time, beside the name: a name can be taken by somebody else. None for the system, and in rows of
-- before.

ALTER TABLE request_events ADD COLUMN actor_role text;
ALTER TABLE audit_entries ADD COLUMN actor_role text;
