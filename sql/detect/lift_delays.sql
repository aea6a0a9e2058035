-- Who:    delays of these causes that are no longer true at :as_of.
-- Grain:  order x cause. Result: how many.
-- Why:    lifted_at is the instant in the data that ended it (arrived, cancelled, turned round, sent, scanned again, warning over,
--         notice lifted);
--         :as_of only where there is none, such as a promise that was moved.
-- Params: as_of, causes
with ended as (
  select d.order_id, d.cause,
         coalesce((select min(greatest(e.at, d.first_seen_at)) from (
           select unnest(array[g.delivered_at, g.cancelled_at, g.returned_at]) as at
           union all
           select g.first_shipped_at where d.cause = 'not_handed_over'
           union all
           select p.delivered_at from parcel p where p.shipment_id = d.shipment_id
           union all
           select unnest(array[h.until_at, (select case when bool_and(a.until_at is not null) then max(a.until_at) end from hazard_area a
                                            where a.hazard_id = h.hazard_id and (d.region is null or a.region = d.region))])
           from hazard h
           where d.cause in ('hazard', 'carrier_notice') and h.hazard_id = d.evidence ->> 'hazard_id'
           union all
           select n.lifted_as_of from notice n where d.cause = 'shop_notice' and n.plan_id = d.evidence ->> 'plan_id'
           union all
           select min(s.occurred_at)
           from parcel p
           join tracking_events s using (carrier, tracking_number)
           where d.cause = 'stalled' and p.shipment_id = d.shipment_id
             and s.occurred_at > cast(d.evidence ->> 'last_scan_at' as timestamptz)
         ) e where e.at <= :as_of), :as_of) as lifted_at
  from delay d
  left join found_delay f using (order_id, cause)
  left join order_progress g on g.order_id = d.order_id
  where d.lifted_at is null and f.order_id is null and d.cause = any(cast(:causes as text[]))
), written as (
  update delay d set lifted_at = e.lifted_at, from_load = current_load()
  from ended e
  where d.order_id = e.order_id and d.cause = e.cause
  returning d.order_id
), touched as (
  insert into touched_order (load_id, order_id)
  select distinct current_load(), order_id from written
  on conflict do nothing
)
select count(*) from written
