-- Secrets (password_sealed, config, value_sealed) are AES-256-GCM under a key that is not in this
-- database; tokens are SHA-256.

create table account (
  id            uuid primary key,
  email         text not null,
  name          text,
  password_hash text,
  operator      boolean not null default false,
  created_at    timestamptz not null,
  updated_at    timestamptz not null
);
create unique index account_email on account (lower(email));

create table authorization_token (
  id          uuid primary key,
  account_id  uuid not null references account on delete cascade,
  token_id    uuid not null,
  token_hash  bytea not null unique,
  token_hint  text not null,           -- first and last characters, for lists
  description text not null,
  scope       text[] not null,
  session     boolean not null default false,
  created_at  timestamptz not null,
  updated_at  timestamptz not null,
  expires_at  timestamptz
);
create index authorization_token_account on authorization_token (account_id);

create table ssh_key (
  id          uuid primary key,
  account_id  uuid not null references account on delete cascade,
  public_key  text not null,
  fingerprint text not null,
  comment     text not null,
  created_at  timestamptz not null,
  updated_at  timestamptz not null,
  unique (fingerprint)                 -- a key says who pushes, so it stands for one account
);

create table feature_flag (
  subject_id uuid not null,            -- an account or an app
  name       text not null,
  enabled    boolean not null,
  updated_at timestamptz not null,
  primary key (subject_id, name)
);

create table app (
  id            uuid primary key,
  name          text not null unique,
  owner_id      uuid not null references account,
  region        text not null,
  stack         text not null,
  maintenance   boolean not null default false,
  last_version  integer not null default 0,
  deleting      boolean not null default false,
  request_id    text,                  -- of the request that made it: clients send one twice
  created_at    timestamptz not null,
  updated_at    timestamptz not null,
  released_at   timestamptz
);
create index app_owner on app (owner_id);
create unique index app_request on app (owner_id, request_id);

create table collaborator (
  id         uuid primary key,
  app_id     uuid not null references app on delete cascade,
  account_id uuid not null references account on delete cascade,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (app_id, account_id)
);
create index collaborator_account on collaborator (account_id);

create table config_var (
  app_id       uuid not null references app on delete cascade,
  name         text not null,
  value_sealed bytea not null,
  primary key (app_id, name)
);

create table release (
  id            uuid primary key,
  app_id        uuid not null references app on delete cascade,
  version       integer not null,
  description   text not null,
  account_id    uuid not null,
  account_email text not null,
  addon_plans   text[] not null,
  config_sealed bytea not null,        -- what dynos of this release see, and which part the user set
  created_at    timestamptz not null,
  unique (app_id, version)
);

create table addon (
  id         uuid primary key,
  name       text not null unique,
  app_id     uuid not null references app,
  service    text not null,
  plan       text not null,
  state      text not null check (state in ('provisioning', 'provisioned', 'deprovisioning')),
  request_id text,                     -- as in app
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index addon_app on addon (app_id);
create unique index addon_request on addon (app_id, request_id);

create table attachment (
  id         uuid primary key,
  addon_id   uuid not null references addon on delete cascade,
  app_id     uuid not null references app on delete cascade,
  name       text not null,
  namespace  text,
  takes_over text,                     -- the name it gets, from whoever has it, once it is ready
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (app_id, name)
);
create index attachment_addon on attachment (addon_id);

create table database (
  id              uuid primary key references addon on delete cascade,
  plan            text not null,
  major           integer not null,
  lineage         uuid not null,
  host            text not null,
  port            integer not null unique,
  name            text not null,
  state           text not null check (state in ('creating', 'available', 'destroying')),
  settings        jsonb not null default '{}',
  rows            bigint not null default 0,
  bytes           bigint not null default 0,
  measured_at     timestamptz,
  warned_at       timestamptz,
  over_since      timestamptz,
  restricted_at   timestamptz,
  created_at      timestamptz not null
);

create table credential (
  id              uuid primary key,
  database_id     uuid not null references database on delete cascade,
  name            text not null,
  user_name       text not null,
  password_sealed bytea not null,
  state           text not null check (state in ('provisioning', 'active', 'revoking')),
  created_at      timestamptz not null
);
create unique index credential_active on credential (database_id, name) where state = 'active';
create unique index credential_user on credential (database_id, user_name);

create table operation (
  id          uuid primary key,
  kind        text not null,
  subject     uuid not null,
  input       jsonb not null,
  state       text not null check (state in ('running', 'undoing', 'succeeded', 'failed')),
  step        text not null,
  attempt     integer not null default 0,
  progress    text not null default '',
  error       text,
  cancelled   boolean not null default false,
  wake_at     timestamptz not null,
  deadline    timestamptz not null,
  created_at  timestamptz not null,
  finished_at timestamptz
);
create index operation_unfinished on operation (wake_at) where finished_at is null;
create index operation_subject on operation (subject, created_at desc);

create table operation_step (
  operation_id uuid not null references operation on delete cascade,
  n            integer not null,
  step         text not null,
  outcome      text not null,
  message      text not null default '',
  finished_at  timestamptz not null,
  primary key (operation_id, n)
);
