-- How many days parcels still needed from where they stood, at what time of the day: what a silence or a halt means for a promise.

-- What the newest scan says of a parcel's progress. 'unsent' (not handed over yet) is not decided here.
create function stage_of(status text, place text, origin_region text, region text) returns text language sql immutable parallel safe as $$
  select case when status in ('out_for_delivery', 'attempt_failed', 'held_at_location') then 'round'
              when status is null or status in ('label_created', 'picked_up', 'unknown') then 'taken'
              when place = region then 'near'
              when place = origin_region then 'taken'
              else 'way' end
$$;

-- Quarters of a day between the newest scan and another instant; 8: two days or more.
create function silence(since timestamptz, until timestamptz) returns integer language sql immutable parallel safe as $$
  select least(8, greatest(0, floor(extract(epoch from until - since) / 21600)))::integer
$$;

-- Grain: carrier x origin x destination x place and word of the newest scan x stage x silence since x three hours of the day x days
-- still needed x day of arrival. Parcels that arrived, looked at every three hours on their way; '-' stands for what is unknown.
-- A day of arrival is counted again as a whole when a parcel of it changes.
create table to_go (
  carrier       text not null,
  origin_region text not null,
  region        text not null,
  place         text not null,
  word          text not null,
  stage         text not null,
  silent        integer not null check (silent between 0 and 8),
  hour          integer not null check (hour in (0, 3, 6, 9, 12, 15, 18, 21)),
  days          integer not null,
  delivered_on  date not null,
  parcels       bigint not null check (parcels > 0),
  primary key (delivered_on, hour, carrier, origin_region, region, place, word, stage, silent, days)
);

-- Share of a distribution (days ascending, parcels) that needs more than `spare` days.
create function late_share(days integer[], parcels bigint[], spare integer) returns float8 language sql immutable parallel safe as $$
  select coalesce(sum(n) filter (where d > spare), 0)::float8 / sum(n) from unnest(days, parcels) as one (d, n)
$$;

-- Days by which `share` of a distribution has arrived.
create function days_of_share(days integer[], parcels bigint[], share float8) returns integer language sql immutable parallel safe as $$
  select min(d) filter (where reached >= share * total)
  from (select d, sum(n) over (order by d) as reached, sum(n) over () as total from unnest(days, parcels) as one (d, n)) counted
$$;

-- When a hazard is over: as told, else in three hours, or half as long again as it has lasted.
create function release_of(from_at timestamptz, until_at timestamptz, now timestamptz) returns timestamptz language sql immutable parallel safe as $$
  select coalesce(until_at, now + greatest(interval '3 hours', (now - from_at) / 2))
$$;
