-- Upgrades of databases to a newer major version of PostgreSQL: what became of the last one of each,
-- and what follows a database to take its place. password_sealed is AES-256-GCM, bound to the
-- database's id.

create table successor (
  database_id     uuid primary key references database on delete cascade,
  role            text not null,         -- the role it streams as, and the name of its slot
  password_sealed bytea not null
);

create table upgrade (
  database_id    uuid primary key references database on delete cascade,
  major          integer not null,       -- to which it goes
  state          text not null,
  message        text not null,          -- why it failed, or what was found
  interrupted_at timestamptz,            -- since when nobody gets in
  changed_at     timestamptz not null
);

-- How long the database did not answer when it was replaced.
alter table succession
  add column interrupted_at timestamptz not null,
  add column opened_at      timestamptz;
