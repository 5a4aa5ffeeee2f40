-- Tokens that were ended by hand. The operator's comes back at every start, from the environment: it
-- must stay ended.

create table revoked_token (
  token_hash bytea primary key,
  revoked_at timestamptz not null
);
