-- What pg:diagnose found; kept for a month.
create table diagnose_report (
  id          uuid primary key,
  database_id uuid not null references database on delete cascade,
  app         text not null,           -- as it was called when the report was made
  name        text not null,
  checks      json not null,           -- json keeps the order of columns, as jsonb would not
  created_at  timestamptz not null
);
create index diagnose_report_database on diagnose_report (database_id);
create index diagnose_report_created on diagnose_report (created_at);
