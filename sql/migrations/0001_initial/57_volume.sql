-- How much is usual (sql/decide/gates/90_volume.sql, sql/decide/silent.sql). What the volume gate held counts: it was due.

-- Grain: touchpoint. Messages due in runs after `after_at`, up to `until_at`; a touchpoint decided without any is there with 0.
create function volume_between(after_at timestamptz, until_at timestamptz)
returns table (touchpoint text, volume bigint) language sql stable as $$
  select d.touchpoint,
         sum(coalesce((r.verdicts -> d.touchpoint ->> 'planned')::bigint, 0)
             + coalesce((r.verdicts -> d.touchpoint ->> 'approval:volume')::bigint, 0))::bigint
  from run r cross join lateral jsonb_object_keys(r.windows) d (touchpoint)
  where r.as_of > after_at and r.as_of <= until_at
  group by d.touchpoint
$$;

-- Grain: touchpoint. Median of the same weekday and hour of past weeks, and how many of them were run at all.
-- An hour is what ran from 45 minutes before to 15 minutes after: a run that starts some minutes late is still the same hour.
create function usual_volume(asked_at timestamptz, weeks_back integer)
returns table (touchpoint text, usual double precision, weeks bigint) language sql stable as $$
  select v.touchpoint, percentile_cont(0.5) within group (order by v.volume), count(*)
  from generate_series(1, weeks_back) w (n)
  cross join lateral (select asked_at - make_interval(days => 7 * w.n) as at) same
  cross join lateral volume_between(same.at - interval '45 minutes', same.at + interval '15 minutes') v
  group by v.touchpoint
$$;
