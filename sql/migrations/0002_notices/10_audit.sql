-- Grain: act of a person. Who did what to which object, and when; never changed, never removed.
create table audit (
  audit_id bigint generated always as identity primary key,
  at       timestamptz not null default clock_timestamp(),
  as_of    timestamptz,                -- business time it was done in, where it has one
  operator text not null,
  act      text not null,              -- notice.preview, notice.approve, notice.reject, notice.lift …
  object   text not null,
  details  jsonb not null default '{}'
);
create index on audit (object);
create trigger a_frozen before update or delete or truncate on audit for each statement execute function refuse_change();
alter table audit enable always trigger a_frozen;
