-- What is kept of databases whose place something else took: the one before, or after an undo the
-- one that had come.

create table succession (
  database_id uuid primary key references database on delete cascade,
  reason      text not null check (reason in ('rollback', 'recover', 'refresh', 'upgrade')),
  undone      boolean not null,
  major       integer not null,      -- of what is kept
  lineage     uuid not null,         -- of what is kept
  replaced_at timestamptz not null,
  kept_until  timestamptz not null
);
