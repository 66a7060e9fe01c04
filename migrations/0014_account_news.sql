-- Whoever's account is changed is told so: what they are told is written in the transaction of the change, and told with what it ends.
ALTER TABLE account_owed ADD COLUMN news jsonb;
COMMENT ON COLUMN account_owed.news IS 'What the owner of the account is told of the change: a kind of notice, by whose doing, and the new role.';
