-- Guards: never to the wrong people by accident (docs/architecture.md).

-- One row: the shop and order system this database belongs to.
create table binding (
  only_one boolean primary key default true check (only_one),
  shop     text not null,
  oms      text not null,
  bound_at timestamptz not null default clock_timestamp()
);

-- Grain: touchpoint name x subject format. Nothing anchored before it is planned.
create table touchpoint_floor (
  touchpoint     text not null,
  subject_format text not null,
  floor_at       timestamptz not null,
  set_by         text not null,
  set_at         timestamptz not null default clock_timestamp(),
  primary key (touchpoint, subject_format)
);

-- A person said from when on real messages may leave.
create table go_live (
  from_at timestamptz not null,
  set_by  text not null,
  set_at  timestamptz not null default clock_timestamp()
);

-- An open hold: nothing is decided or sent until a person resumes it.
create table hold (
  hold_id    bigint generated always as identity primary key,
  kind       text not null check (kind in ('gap', 'high_water', 'vanished')),
  detail     jsonb not null,
  opened_at  timestamptz not null default clock_timestamp(),
  as_of      timestamptz not null,
  resumed_at timestamptz,
  resumed_by text
);
create unique index on hold (kind) where resumed_at is null;

-- The kill switch: nothing leaves while a row is open. touchpoint and channel null = all.
create table pause (
  pause_id   bigint generated always as identity primary key,
  touchpoint text,
  channel    text,
  reason     text not null,
  paused_by  text not null,
  paused_at  timestamptz not null default clock_timestamp(),
  resumed_at timestamptz,
  resumed_by text
);
