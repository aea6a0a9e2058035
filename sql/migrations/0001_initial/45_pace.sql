-- How fast, how much and whether at all: shared by every worker, by the database's clock (tasks/core/pace.py).

-- Grain: provider. One row says when its next call may leave, and whether its circuit is open.
create table provider_pace (
  provider   text primary key,
  free_at    timestamptz not null,     -- the account has had its time for what was posted before
  failures   integer not null default 0, -- answers without proof in a row
  open_until timestamptz               -- circuit open; then one call may try
);

-- Grain: throttle (a group of recipient domains): a token bucket, kept as the instant at which it is empty again.
create table throttle_pace (
  name       text primary key,
  free_at    timestamptz not null,
  asked_at   timestamptz not null,
  asked      integer not null,
  per_second float8 not null,
  burst      interval not null,        -- a full bucket holds so much time
  granted    integer not null          -- of the last question
);

create function throttle_grant(free_at timestamptz, at timestamptz, burst interval, per_second float8, asked integer)
returns integer language sql stable as $$
  select least(asked, greatest(0, floor(extract(epoch from at - greatest(free_at, at - burst))::float8 * per_second + 1e-6)))::integer
$$;

-- Grain: sending domain that is being warmed up. Days are those of UTC.
create table sending_domain (
  domain   text primary key,
  first_on date not null,
  day_on   date not null,
  used     integer not null,           -- on that day
  asked    integer not null,
  granted  integer not null            -- of the last question
);

-- What a domain may still send on a day: `first_day` messages on its first, `growth` times as many each day, all from `enough` on.
create function warm_up_grant(asked integer, used integer, age integer, owed boolean, first_day float8, growth float8, enough float8)
returns integer language sql immutable as $$
  select case when owed or allowance >= enough then asked else least(asked, greatest(0, floor(allowance) - used))::integer end
  from (select first_day * power(growth, least(age, 100)) as allowance) a
$$;
