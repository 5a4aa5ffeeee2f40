-- Logical copies between databases.

create table transfer (
  id              uuid primary key,
  app_id          uuid not null references app on delete cascade,
  number          integer not null,      -- within the app
  database_id     uuid references database on delete set null,
  request_id      text,                  -- as in app
  from_name       text not null,
  to_name         text not null,
  from_place      text not null,         -- URLs without login
  to_place        text not null,
  urls_sealed     bytea,                 -- both URLs; gone when it is over
  source_bytes    bigint not null,
  processed_bytes bigint not null default 0,
  warnings        integer not null default 0,
  succeeded       boolean not null default false,
  created_at      timestamptz not null,
  started_at      timestamptz,
  canceled_at     timestamptz,
  finished_at     timestamptz,
  unique (app_id, number)
);
create unique index transfer_request on transfer (app_id, request_id);
create index transfer_place on transfer (to_place, created_at);

create table transfer_log (
  transfer_id uuid not null references transfer on delete cascade,
  n           integer not null,
  created_at  timestamptz not null,
  message     text not null,
  primary key (transfer_id, n)
);
