-- Portraits. The bytes lie in the bucket, in three sizes; what is here is the last part but one of where they lie.

ALTER TABLE users ADD COLUMN avatar text CHECK (avatar ~ '^[jpw][0-9a-f]{32}$');
COMMENT ON COLUMN users.avatar IS 'Of which kind the portrait is (jpeg, png, webp), and its hash; null where there is none.';
