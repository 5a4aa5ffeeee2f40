-- What the platform said of an app, from the transaction that did it until it is in the app's log.
create table log_event (
  id      bigint generated always as identity primary key,
  app_id  uuid not null references app on delete cascade,
  at      timestamptz not null,
  source  text not null,
  process text not null,
  message text not null
);
create index log_event_app on log_event (app_id);

-- The log of an app begins with what there is to tell already.
insert into log_event (app_id, at, source, process, message)
select app_id, created_at, 'heroku', 'api', translate(line, E'\r\n\t', '   ')
from (
  select app_id, created_at, version, n, line,
         row_number() over (partition by app_id order by version desc) as newest
  from release,
       lateral (values (1, description || ' by ' || account_email),
                       (2, 'Release v' || version || ' created by ' || account_email)) as l(n, line)
) as lines
where newest <= 1000
order by app_id, version, n;

-- Where lines of apps are sent to. The address may hold a password: AES-256-GCM, bound to the id.
create table log_drain (
  id          uuid primary key,
  app_id      uuid not null references app on delete cascade,
  url_sealed  bytea not null,
  token       text not null unique,
  created_at  timestamptz not null,
  updated_at  timestamptz not null
);
create index log_drain_app on log_drain (app_id);
