-- Databases that began as a copy of another, and those that follow one.

alter table database
  add column origin_id      uuid,                          -- what it was copied from; may be gone
  add column origin_as_of   timestamptz,                   -- the moment it shows, where one was asked for
  add column origin_clamped boolean not null default false; -- nothing was committed up to that moment

create table follower (
  database_id     uuid primary key references database on delete cascade,
  leader_id       uuid not null references database,
  role            text not null,         -- the role it streams as, and the name of its slot
  password_sealed bytea not null
);
create index follower_leader on follower (leader_id);
