-- Lineages: histories of write-ahead log, each with a repository of its own. A row outlives its
-- database until the repository is deleted. passphrase_sealed is AES-256-GCM, bound to the id.

create table lineage (
  id                uuid primary key,
  database_id       uuid not null,
  parent_id         uuid,              -- where its data come from
  passphrase_sealed bytea not null,
  began_at          timestamptz not null,
  ended_at          timestamptz,       -- nobody writes it any more; its repository is to be deleted
  earliest          timestamptz,       -- the earliest moment that can be reached
  newest_base       timestamptz,       -- when the newest base copy was complete
  newest_full       timestamptz,
  base_wanted       boolean not null default false,
  base_problem      text,              -- why the last try at a base copy failed
  proven_at         timestamptz,       -- every commit up to here is in the repository
  proven_snapshot   text,              -- the transactions that were over then
  gap_since         timestamptz,       -- write-ahead log after this was lost; a base copy ends it
  gap_forgetting    boolean not null default false, -- the backlog is being dropped
  gap_drops         integer not null default 0      -- how often one was
);
create index lineage_database on lineage (database_id);

-- Every gap there was, for those who ask later what could not be reached.
create table lineage_gap (
  lineage_id uuid not null references lineage on delete cascade,
  since      timestamptz not null,
  reason     text not null,
  ended_at   timestamptz,
  primary key (lineage_id, since)
);
