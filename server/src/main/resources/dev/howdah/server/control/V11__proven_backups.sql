-- Where backups are kept, and what they must contain to be proven.

alter table stored_object
  add column store text not null default 'directory', -- the place of the object: the directory, or a bucket
  add column rows  jsonb;                             -- of each table, counted in the snapshot of the dump
-- What the owner of a database says of its backups: a query that is true of each that is whole.
create table backup_assertion (
  database_id uuid primary key references database on delete cascade,
  query       text not null
);
