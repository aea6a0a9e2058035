-- Who:    throttles, each asked for places for so many messages now.
-- Grain:  throttle. granted = how many may leave; they are booked.
-- Params: names, asked, per_second, burst_seconds
insert into throttle_pace as t (name, free_at, asked_at, asked, per_second, burst, granted)
select name, at - burst + make_interval(secs => granted / per_second), at, asked, per_second, burst, granted
from (select clock_timestamp() as at) now
cross join unnest(cast(:names as text[]), cast(:asked as integer[]), cast(:per_second as float8[]), cast(:burst_seconds as float8[]))
  n (name, asked, per_second, burst_seconds)
cross join lateral (select make_interval(secs => burst_seconds) as burst) b
cross join lateral (select throttle_grant(at - burst, at, burst, per_second, asked) as granted) g
order by name
on conflict (name) do update
set granted = throttle_grant(t.free_at, excluded.asked_at, excluded.burst, excluded.per_second, excluded.asked),
    free_at = greatest(t.free_at, excluded.asked_at - excluded.burst) + make_interval(secs =>
      throttle_grant(t.free_at, excluded.asked_at, excluded.burst, excluded.per_second, excluded.asked) / excluded.per_second),
    asked_at = excluded.asked_at, asked = excluded.asked, per_second = excluded.per_second, burst = excluded.burst
returning name, granted
