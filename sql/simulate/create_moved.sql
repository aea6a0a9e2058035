-- Who:    every instant of a drawn story.
-- Grain:  what happened to a past order at :at, as it happens to the one that goes like it: on the same day after it and at the same time
--         of day; within three hours of the order by the clock (`gap`: between the two orders; null: never).
-- Params: none
create or replace function pg_temp.moved(at timestamptz, placed_at timestamptz, gap interval, days integer, zone text) returns timestamptz
language sql immutable parallel safe as $$
  select case when gap is not null and at < placed_at + interval '3 hours' then at + gap
              else ((at at time zone zone) + make_interval(days => days)) at time zone zone end
$$
