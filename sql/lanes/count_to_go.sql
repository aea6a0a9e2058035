-- Effect: for days of arrival that changed: where parcels stood every three hours before, and how many days they still needed.
-- Why:    as transit, and only what was seen by then counts: a scan from when it was recorded, not from when it was made. Before
--         the hand-over a parcel stands unsent with no carrier; what waits for its money or its own day says nothing. Only the eight
--         weeks somebody learns from are kept (create_comparable).
-- Params: zone, today
with arrived as (
  select p.shipment_id, p.carrier, p.tracking_number, coalesce(p.origin_region, '-') as origin_region, coalesce(p.region, '-') as region,
         p.shipped_at, p.delivered_at, c.delivered_on,
         case when o.preorder_until is null and o.payment_due_at is null then o.placed_at end as placed_at
  from changed_day c
  join parcel p on p.delivered_at >= c.begins_at and p.delivered_at < c.ends_at
  join orders o using (order_id)
  where c.delivered_on >= cast(:today as date) - 56 and o.requested_on is null and p.delivered_at - p.shipped_at between interval '0' and interval '60 days'
), told as (
  select shipment_id, placed_at as at, placed_at as seen_at, origin_region as place, '-' as word, 'unsent' as stage from arrived where placed_at < shipped_at
  union all
  select shipment_id, shipped_at, shipped_at, origin_region, '-', 'taken' from arrived
  union all
  select a.shipment_id, e.occurred_at, greatest(e.recorded_at, e.occurred_at), coalesce(e.region, '-'), e.raw_status,
         case when e.occurred_at < a.delivered_at then stage_of(e.status, e.region, a.origin_region, a.region) end
  from arrived a
  join tracking_events e using (carrier, tracking_number)
  where e.occurred_at >= a.shipped_at and e.occurred_at <= a.delivered_at
), stood as (
  select shipment_id, place, word, stage, at, date_bin('3 hours', (max(seen_at) over so_far) at time zone :zone, timestamp '2000-01-01') + interval '3 hours' as from_at,
         (lead(seen_at) over so_far) at time zone :zone as until_at
  from told
  window so_far as (partition by shipment_id order by at, seen_at, stage, place, word)
), counted as (
  select case when s.stage = 'unsent' then '-' else a.carrier end as carrier, a.origin_region, a.region, s.place, s.word, s.stage,
         silence(s.at, looked_at at time zone :zone) as silent, extract(hour from looked_at)::integer as hour,
         a.delivered_on - looked_at::date as days, a.delivered_on, count(*) as parcels
  from stood s
  join arrived a using (shipment_id)
  cross join lateral generate_series(
    greatest(s.from_at, a.delivered_on - 9), coalesce(s.until_at, a.delivered_at at time zone :zone) - interval '1 second', interval '3 hours') looked_at
  where s.stage is not null
  group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
), gone as (
  delete from to_go t
  where t.delivered_on < cast(:today as date) - 56
     or t.delivered_on in (select delivered_on from changed_day)
    and not exists (select from counted c
                    where (c.delivered_on, c.hour, c.carrier, c.origin_region, c.region, c.place, c.word, c.stage, c.silent, c.days)
                        = (t.delivered_on, t.hour, t.carrier, t.origin_region, t.region, t.place, t.word, t.stage, t.silent, t.days))
)
insert into to_go (carrier, origin_region, region, place, word, stage, silent, hour, days, delivered_on, parcels)
select carrier, origin_region, region, place, word, stage, silent, hour, days, delivered_on, parcels from counted
on conflict (delivered_on, hour, carrier, origin_region, region, place, word, stage, silent, days) do update set parcels = excluded.parcels
where to_go.parcels <> excluded.parcels
