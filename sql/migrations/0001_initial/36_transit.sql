-- How long parcels really took, and what that says of those under way.

-- 1 to 7: Monday to Sunday of the hand-over; 8: a public holiday.
create function ship_day(shipped_on date, holidays date[]) returns integer language sql immutable as $$
  select case when shipped_on = any(holidays) then 8 else extract(isodow from shipped_on)::integer end
$$;

-- Grain: lane (carrier, origin, destination, day of hand-over) x days under way x day of arrival. Parcels that arrived; '-' stands
-- for an unknown region. A day is counted again as a whole when a parcel of it changes: nothing adds up wrongly for ever.
create table transit (
  carrier       text not null,
  origin_region text not null,
  region        text not null,
  ship_day      integer not null,
  days          integer not null,
  delivered_on  date not null,
  parcels       bigint not null check (parcels > 0),
  primary key (delivered_on, carrier, origin_region, region, ship_day, days)
);

-- Grain: parcel under way. When it will arrive, by its lane; gone with its arrival, kept in its history.
create table prediction (
  shipment_id text primary key,
  early_on    date not null,          -- a tenth of comparable parcels had arrived ...
  late_on     date not null,          -- ... and nine tenths
  p_late      double precision,       -- share of them that would miss this parcel's promise; null without a promise
  n           bigint not null,        -- comparable parcels
  level       text not null           -- how alike they are: lane_day, lane, areas, distance
) with (fillfactor = 80);
select keep_history('prediction');
