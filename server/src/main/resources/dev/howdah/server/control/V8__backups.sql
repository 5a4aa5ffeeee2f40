-- Logical backups, where they are kept, and what restores replaced.

-- A row is there before its object, and goes after it: nothing is forgotten in the bucket.
create table stored_object (
  id         uuid primary key,           -- its name in the bucket
  key_sealed bytea not null,             -- of this object alone, new for every try to write it
  bytes      bigint not null default 0,  -- of the dump in it
  sha256     bytea,                      -- of the dump in it; there when it is whole
  created_at timestamptz not null
);

alter table transfer
  add column kind       text not null default 'copy' check (kind in ('copy', 'backup', 'restore')),
  add column object_id  uuid references stored_object,  -- what it fills or reads
  add column schedule   text,            -- the name of the schedule that asked for it
  add column deleted_at timestamptz;     -- of a backup
create index transfer_object on transfer (object_id);

-- What a restore replaced, while it can be brought back.
create table replaced_content (
  database_id uuid primary key references database on delete cascade,
  transfer_id uuid references transfer on delete set null,
  kept_until  timestamptz not null
);

-- A backup of a database every day.
create table backup_schedule (
  id          uuid primary key,
  app_id      uuid not null references app on delete cascade,
  database_id uuid unique references database on delete cascade, -- null: the primary one
  name        text not null,             -- the config var the database was called by
  hour        integer not null,
  zone        text not null,
  next_at     timestamptz not null
);

-- The last time a backup was restored to see whether it can be.
create table drill (
  transfer_id uuid primary key references transfer on delete cascade,
  begun_at    timestamptz not null,
  finished_at timestamptz,
  seconds     integer not null default 0, -- that the restore took
  tables      bigint not null default 0,
  rows        bigint not null default 0,
  problem     text                        -- why it cannot be restored
);
