-- Modes of a touchpoint: what a person was shown of what waits, and copies for colleagues.

-- Grain: plan. One look at what waits for approval; what is decided is exactly what was shown.
create table release_plan (
  plan_id    text primary key,
  act        text not null check (act in ('release', 'cancel')),
  touchpoint text,                     -- null: of any
  reason     text,                     -- null: whatever it waits for
  why        text not null,
  operator   text not null,
  as_of      timestamptz not null,     -- business time
  shown_at   timestamptz not null default clock_timestamp(),
  decision   text check (decision in ('confirm', 'leave')),
  decided_by text,
  decided_at timestamptz               -- by clock_timestamp()
);

-- Grain: plan x message.
create table release_member (
  plan_id    text not null,
  touchpoint text not null,
  subject_id text not null,
  primary key (plan_id, touchpoint, subject_id)
);
create trigger a_frozen before update or delete or truncate on release_member for each statement execute function refuse_change();
alter table release_member enable always trigger a_frozen;

-- A copy of what customers get, for a colleague: counted nowhere (docs/touchpoints.md, Seeds).
alter table message add seed boolean not null default false;
create index on message (state) where seed;
