-- Who:    days of the years around :as_of that the shop's calendar shows otherwise than they are stored.
-- Grain:  day. Result: how many.
-- Why:    counted from 2010 on, so that a day keeps its number from year to year.
-- Params: as_of, zone, cutoff, closed_weekdays, closed_on
with calendar as (
  select d::date as day,
         not (extract(isodow from d)::integer = any(cast(:closed_weekdays as integer[])) or d::date = any(cast(:closed_on as date[]))) as is_open
  from generate_series(timestamp '2010-01-01',
                       date_trunc('year', cast(:as_of as timestamptz) at time zone :zone) + interval '2 years - 1 day', interval '1 day') d
), dated as (
  select day, is_open, (day + cast(:cutoff as time)) at time zone :zone as cutoff_at, (day + 1)::timestamp at time zone :zone as ends_at
  from calendar
), counted as (
  select day, is_open, count(*) filter (where is_open) over so_far as nth,
         max(cutoff_at) filter (where is_open) over before as from_at, cutoff_at, ends_at
  from dated
  window so_far as (order by day), before as (order by day rows between unbounded preceding and 1 preceding)
), changed as (
  select c.*
  from counted c
  left join shop_day s using (day)
  where c.day >= date_trunc('year', cast(:as_of as timestamptz) at time zone :zone) - interval '1 year' and c.from_at is not null
    and (c.is_open, c.nth, c.from_at, c.cutoff_at, c.ends_at) is distinct from (s.is_open, s.nth, s.from_at, s.cutoff_at, s.ends_at)
), written as (
  insert into shop_day (day, is_open, nth, from_at, cutoff_at, ends_at)
  select * from changed
  on conflict (day) do update set
    (is_open, nth, from_at, cutoff_at, ends_at, from_load) =
    (excluded.is_open, excluded.nth, excluded.from_at, excluded.cutoff_at, excluded.ends_at, current_load())
  returning day
)
select count(*) from written
