-- Whose an account is, what it is for, and what the venue itself has told of its key.
ALTER TABLE venue_account
  ADD COLUMN owner text NOT NULL DEFAULT '',
  ADD COLUMN purpose text NOT NULL DEFAULT '',
  ADD COLUMN key_permissions_found boolean NOT NULL DEFAULT false,
  ADD COLUMN key_bound_addresses text[] DEFAULT ARRAY[]::text[],
  ADD COLUMN key_read_at timestamptz(3);
