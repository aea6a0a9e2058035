-- Backfills of the data team: what was asked, how far it is, what a person was shown, which floors it moved (docs/backfill.md).

-- Grain: backfill. Shadow and mark are open until their last step is done; a send is a plan that a person decides.
create table backfill (
  backfill_id text primary key,
  mode        text not null check (mode in ('shadow', 'mark', 'send')),
  request     jsonb not null,          -- tasks/core/backfills.py BackfillRequest
  rules       text not null,           -- version of the rules it works by
  state       text not null check (state in ('open', 'done', 'dropped', 'previewed', 'approved', 'rejected')),
  plan_hash   text,                    -- of a send: its members and templates
  summary     jsonb not null default '{}',
  operator    text not null,
  as_of       timestamptz not null,    -- business time it was opened in
  opened_at   timestamptz not null default clock_timestamp(),
  expires_at  timestamptz,             -- by clock_timestamp(): a send cannot be approved after it
  read_at     timestamptz,             -- by clock_timestamp(): the source was read again for it
  ended_by    text,
  ended_at    timestamptz              -- by clock_timestamp()
);
create unique index backfill_one_open on backfill (state) where state = 'open';

-- Grain: backfill x step that is done. Committed with what the step wrote.
create table backfill_step (
  backfill_id text not null,
  until_at    timestamptz not null,    -- business time the step ends at
  counts      jsonb not null,          -- touchpoint -> subjects
  done_at     timestamptz not null default clock_timestamp(),
  primary key (backfill_id, until_at)
);

-- Grain: send x message, as previewed.
create table backfill_member (
  backfill_id text not null,
  touchpoint  text not null,
  subject_id  text not null,
  customer_id text not null,
  order_id    text,
  channel     text,
  language    text,
  due_at      timestamptz not null,
  held_out    boolean not null,        -- recorded to measure by, not sent
  primary key (backfill_id, touchpoint, subject_id)
);
create trigger a_frozen before update or delete or truncate on backfill_member for each statement execute function refuse_change();
alter table backfill_member enable always trigger a_frozen;

-- Grain: floor moved by a backfill. An hour before it is replayed with the floor it knew.
create table floor_move (
  move_id        bigint generated always as identity primary key,
  backfill_id    text not null,
  touchpoint     text not null,
  subject_format text not null,
  from_at        timestamptz not null,
  to_at          timestamptz not null,
  load_id        bigint not null default current_load(),
  xact           xid8 not null default pg_current_xact_id()
);
create index on floor_move (touchpoint, subject_format);
create trigger a_frozen before update or delete or truncate on floor_move for each statement execute function refuse_change();
alter table floor_move enable always trigger a_frozen;

-- What a backfill writes is seen again as of it.
alter table load drop constraint load_kind_check;
alter table load add constraint load_kind_check check (kind in ('merge', 'fold', 'detect', 'erase', 'feedback', 'notice', 'backfill'));
