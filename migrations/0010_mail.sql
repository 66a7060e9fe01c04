-- What became of the mail with an invitation's link; nothing where mail is off.
ALTER TABLE user_links ADD COLUMN mailed jsonb;
COMMENT ON COLUMN user_links.mailed IS 'When, whether the provider took it, and where it ended if not.';
