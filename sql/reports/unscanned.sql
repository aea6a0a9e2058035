-- Who:    parcels on their way with carriers whose scans we never saw: silence says nothing there, so stalls are not looked for.
-- Grain:  carrier.
-- Params: as_of
select p.carrier, count(*) as parcels
from parcel p
join order_progress g using (order_id)
where p.shipped_at <= :as_of and p.shipped_at > :as_of - interval '120 days'
  and (p.delivered_at is null or p.delivered_at > :as_of)
  and (g.cancelled_at is null or g.cancelled_at > :as_of)
  and not exists (select from tracking_events e where e.carrier = p.carrier and e.occurred_at <= :as_of)
group by p.carrier order by p.carrier
