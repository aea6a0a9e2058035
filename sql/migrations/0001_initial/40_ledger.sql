-- The ledger: one row per message, one row per sealed batch. States and rules: docs/delivery.md.

-- One run that decided. Replay needs nothing but this row and what it names.
create table run (
  run_id     text primary key,
  as_of      timestamptz not null,
  load_id    bigint not null,          -- newest load it saw
  versions   jsonb not null,           -- touchpoint -> content hash
  gates      jsonb not null,           -- feed -> state
  windows    jsonb not null,           -- touchpoint -> {since, after_load}: what it had not decided yet
  verdicts   jsonb not null,           -- touchpoint -> {verdict:reason: n}
  decided_at timestamptz not null default clock_timestamp(),
  seconds    jsonb not null default '{}',
  finished_at timestamptz
);
create index on run (as_of);

-- Grain: touchpoint. How far it was decided; a touchpoint whose due file broke stays behind and catches up alone.
create table touchpoint_window (
  touchpoint    text primary key,
  decided_until timestamptz not null,
  decided_load  bigint not null
);

-- Grain: touchpoint x subject. The uniqueness of messages lives here: never partitioned, never detached.
create table message (
  touchpoint   text not null,
  subject_id   text not null,
  customer_id  text not null,
  order_id     text,
  class        text not null check (class in ('T', 'S', 'M')),
  channel      text not null,
  address_key  text,
  language     text not null,
  variant      text not null,
  priority     integer not null,
  due_at       timestamptz not null,
  valid_until  timestamptz not null,
  planned_at   timestamptz not null,   -- as_of of the run that planned it
  planned_load bigint not null,
  run_id       text not null,
  state        text not null check (state in ('planned', 'approval', 'held_out', 'sealed', 'posting', 'unknown',
                                              'accepted', 'rejected', 'parked', 'expired', 'cancelled')),
  reason       text,
  state_at     timestamptz not null,   -- as_of of the step that set the state
  batch_id     uuid,
  fell_back_from text,                 -- the channel that refused it, where it goes on another one
  primary key (touchpoint, subject_id)
) with (fillfactor = 70);
create index on message (customer_id, planned_at);
create index on message (address_key, planned_at);
create index on message (order_id);
create index on message (planned_at);
create index on message (state) where state in ('planned', 'approval', 'sealed', 'posting', 'unknown', 'parked');

-- Grain: message. What it says and to whom; the part erasure empties.
create table message_content (
  touchpoint text not null,
  subject_id text not null,
  context    jsonb not null,
  recipient  jsonb not null,           -- name, address, locale … as decided
  primary key (touchpoint, subject_id)
);

-- Grain: message x state entered. Written by trigger alone, so that no path forgets it.
create table message_event (
  event_id   bigint generated always as identity primary key,
  touchpoint text not null,
  subject_id text not null,
  state      text not null,
  reason     text,
  state_at   timestamptz not null,
  load_id    bigint,
  recorded_at timestamptz not null default clock_timestamp()
);
create index on message_event (touchpoint, subject_id);

create function record_state() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into message_event (touchpoint, subject_id, state, reason, state_at, load_id)
    select touchpoint, subject_id, state, reason, state_at, nullif(current_setting('todoke.load_id', true), '')::bigint from new_rows;
  else
    insert into message_event (touchpoint, subject_id, state, reason, state_at, load_id)
    select n.touchpoint, n.subject_id, n.state, n.reason, n.state_at, nullif(current_setting('todoke.load_id', true), '')::bigint
    from new_rows n join old_rows o using (touchpoint, subject_id)
    where (n.state, n.reason) is distinct from (o.state, o.reason);
  end if;
  return null;
end $$;
create trigger a_inserted after insert on message referencing new table as new_rows for each statement execute function record_state();
create trigger b_updated after update on message referencing old table as old_rows new table as new_rows for each statement execute function record_state();
create trigger c_frozen before delete or truncate on message for each statement execute function refuse_change();
alter table message enable always trigger a_inserted, enable always trigger b_updated, enable always trigger c_frozen;

-- Grain: planned message. The claim's work list; a row leaves when its message is sealed or ends.
create table outbox (
  touchpoint text not null,
  subject_id text not null,
  channel    text not null,
  class      text not null,
  priority   integer not null,
  due_at     timestamptz not null,
  not_before_at timestamptz,           -- Retry-After of a provider
  primary key (touchpoint, subject_id)
);
create index on outbox (channel, class, priority desc, due_at, touchpoint, subject_id);

-- Grain: sealed batch. Its bytes are what is posted, retried and archived; they are never rendered again.
create table batch (
  batch_id     uuid primary key,
  channel      text not null,
  provider     text not null,
  class        text not null,
  state        text not null check (state in ('sealed', 'posting', 'unknown', 'done', 'dissolved')),
  fence        integer not null default 0,
  worker       text,
  lease_until  timestamptz,            -- by clock_timestamp()
  sealed_at    timestamptz not null default clock_timestamp(),
  first_posted_at timestamptz,
  last_posted_at  timestamptz,
  members      integer not null,
  versions     jsonb not null,         -- touchpoint -> content hash rendered with
  body         bytea not null,         -- zstd
  body_hash    text not null,          -- sha256 of the bytes before zstd
  as_of        timestamptz not null,
  run_id       text,
  outcome      jsonb,
  archived_at  timestamptz
);
alter table batch alter column body set storage external;
create index on batch (state) where state in ('sealed', 'posting', 'unknown');
create index on batch (batch_id) where state = 'done' and archived_at is null;

create table batch_member (
  batch_id   uuid not null,
  position   integer not null,
  touchpoint text not null,
  subject_id text not null,
  provider_id text,
  outcome    text,
  primary key (batch_id, position)
);
create index on batch_member (touchpoint, subject_id);

-- Grain: touchpoint x subject that may not leave now. Re-arbitrated each hour inside its validity.
create table waiting (
  touchpoint  text not null,
  subject_id  text not null,
  customer_id text not null,
  order_id    text,
  due_at      timestamptz not null,
  valid_until timestamptz not null,
  reason      text not null,
  detail      jsonb not null default '{}',
  recheck_at  timestamptz not null,
  since_at    timestamptz not null,    -- as_of of the run that first held it
  run_id      text not null,
  primary key (touchpoint, subject_id)
);
create index on waiting (customer_id);
select keep_history('waiting');

-- Grain: touchpoint x member. A digest claims its members; a member is told once.
create table covers (
  touchpoint text not null,
  member     text not null,
  subject_id text not null,
  planned_load bigint not null,
  primary key (touchpoint, member)
);
create index on covers (touchpoint, subject_id);

-- Grain: order. What the customer was last told about the day of arrival, and about what was ordered; changes only when
-- a message was accepted.
create table told (
  order_id  text primary key,
  until_on  date,
  from_on   date,
  cause     text,
  told_at   timestamptz not null,
  times     integer not null,
  content   jsonb                      -- order_progress.content as the last confirmation or amendment showed it
);
create index on told (told_at);
select keep_history('told');

create table suppression (
  address_key text not null,
  scope       text not null check (scope in ('all', 'marketing')),
  reason      text not null,
  at          timestamptz not null,
  source      text not null,
  primary key (address_key, scope)
);
select keep_history('suppression');
