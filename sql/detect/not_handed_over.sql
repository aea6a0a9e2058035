-- Who:    open orders of which nothing was handed over though it usually is, a business day later than that and too late for their
--         promise.
-- Grain:  order.
-- Why:    usual is what nine of ten orders of four weeks (ended two ago) took in business days, :lead_days where they are fewer than
--         :least. A promise is out of reach once the quickest fifth of the parcels to its region would miss it; where nobody knows
--         how long they take, a day before. An order counts from the moment it can be sent: paid where it must be paid first, on
--         its pre-order's day. Where no parcel of the shop was seen for two weeks its silence says nothing. Who waits for goods
--         (awaited_order) hears order_waiting, not of this. New days: what orders handed over as late as this one were late by; none where they are fewer than :least.
-- Params: as_of, zone, lead_days, least
insert into found_delay
with past as (
  select greatest(0, h.nth - d.nth) as days, case when g.delivered_at <= :as_of then (g.delivered_at at time zone g.zone)::date - g.promised_on end as late
  from shop_day d
  join order_progress g on g.placed_at > d.from_at and g.placed_at <= d.cutoff_at
  join orders o using (order_id)
  join shop_day h on h.day = (g.first_shipped_at at time zone :zone)::date
  where d.is_open and d.cutoff_at > :as_of - interval '42 days' and d.cutoff_at <= :as_of - interval '14 days'
    and g.first_shipped_at <= :as_of
    and o.payment_due_at is null and o.preorder_until is null and o.requested_on is null and o.sales_channel is distinct from 'pos'
), lead as (
  select case when count(*) >= :least then percentile_disc(0.9) within group (order by days) else :lead_days end as days
  from past
), lateness as (
  select case when count(late) >= :least then percentile_disc(0.1) within group (order by late) end as early,
         case when count(late) >= :least then percentile_disc(0.9) within group (order by late) end as late
  from past
  where days > (select days from lead) + 1
), way as (
  select region, min(days) filter (where so_far >= 0.2 * parcels) as days
  from (select region, days, sum(sum(parcels)) over (partition by region order by days) as so_far,
               sum(sum(parcels)) over (partition by region) as parcels
        from transit
        where delivered_on between cast(cast(:as_of as timestamptz) at time zone :zone as date) - 90 and cast(cast(:as_of as timestamptz) at time zone :zone as date)
        group by region, days) counted
  where parcels >= :least
  group by region
), overdue as (
  select o.*, greatest(l.ends_at, (o.promised_on - coalesce(w.days, 1) + 1)::timestamp at time zone o.zone) as overdue_at
  from open_order o
  cross join lateral (select nth from shop_day where is_open and cutoff_at >= o.ready_at order by cutoff_at limit 1) r
  join shop_day l on l.is_open and l.nth = r.nth + (select days from lead) + 1
  left join way w on w.region = o.region
  where o.has_nothing_shipped and exists (select from parcel where shipped_at > :as_of - interval '14 days' and shipped_at <= :as_of)
    and not exists (select from awaited_order a where a.order_id = o.order_id)
)
select o.order_id, 'not_handed_over', null, o.region,
       jsonb_build_object('promised_on', o.promised_on, 'ready_at', o.ready_at, 'lead_days', (select days from lead)),
       o.overdue_at, case when n.until_on > o.today then greatest(n.from_on, o.today + 1) end, case when n.until_on > o.today then n.until_on end
from overdue o
cross join lateness e
cross join lateral (
  select case when e.late > 0 then o.promised_on + greatest(1, e.early) end as from_on, case when e.late > 0 then o.promised_on + e.late end as until_on
) n
where o.overdue_at <= :as_of and (e.late is null or e.late > 0 or o.promised_on is null or o.promise_ends_at <= :as_of)
