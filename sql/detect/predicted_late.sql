-- Who:    open orders with a parcel, or something still to be sent, that by how parcels travel from where it stands will miss a promise that has not passed yet.
-- Grain:  order: its parcel that arrives last.
-- Why:    never fewer comparable parcels than a forecast asks for: those that stood at the same place at this hour (chance, a share
--         of :sure_standing, in the promise's last three hours :sure_at_last), else those that took as long so far (forecast, :sure).
--         Told are the days 80 % of them arrived, as far as they lie after the promise. A forecast moves with the day, so it is known
--         since the first day it was made. Silence says something only about carriers whose scans we see at all; what is kept for a
--         requested day is late in the evening of that day alone.
-- Params: as_of, sure, sure_standing, sure_at_last
insert into found_delay
with carrier as (
  select carrier
  from (select distinct carrier from open_parcel) c
  where exists (select from tracking_events e where e.carrier = c.carrier and e.occurred_at <= :as_of)
), judged as (
  select order_id, shipment_id, null as carrier, region, p_late, n, 'standing_' || level as level, early_on, late_on, placed_at as since_at
  from chance
  join open_order using (order_id)
  where shipment_id is null and preorder_ends_at is null and exists (select from tracking_events)
  union all
  select p.order_id, shipment_id, p.carrier, p.region, coalesce(c.p_late, f.p_late), coalesce(c.n, f.n), coalesce('standing_' || c.level, f.level),
         greatest(c.early_on, f.early_on), greatest(c.late_on, f.late_on), p.shipped_at
  from open_parcel p
  left join chance c using (shipment_id)
  left join forecast f using (shipment_id)
  where p.last_scan_at is not null or p.carrier in (select carrier from carrier)
)
select distinct on (j.order_id)
       j.order_id, 'predicted_late', j.shipment_id, j.region,
       jsonb_build_object('promised_on', o.promised_on, 'carrier', j.carrier, 'p_late', round(j.p_late::numeric, 2), 'n', j.n, 'level', j.level),
       coalesce(d.first_seen_at, greatest(o.today::timestamp at time zone o.zone, j.since_at)), greatest(j.early_on, o.promised_on + 1), greatest(j.late_on, o.promised_on + 1)
from judged j
join open_order o using (order_id)
left join delay d on d.order_id = j.order_id and d.cause = 'predicted_late' and d.lifted_at is null
where j.p_late >= case when not starts_with(j.level, 'standing') then :sure
                       when o.promise_ends_at - interval '3 hours' <= :as_of then :sure_at_last
                       else :sure_standing end
  and o.promise_ends_at > :as_of and (o.requested_on is null or o.promise_ends_at - interval '3 hours' <= :as_of)
order by j.order_id, j.late_on desc, j.shipment_id
