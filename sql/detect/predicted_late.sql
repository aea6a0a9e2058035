-- Who:    open orders with a parcel that, by how parcels travel from where it stands, will miss a promise that has not passed yet.
-- Grain:  order: its parcel that arrives last.
-- Why:    a share of :sure of comparable parcels, never fewer than a forecast asks for: those that stood at the same place at this
--         hour (chance), else those that took as long so far (forecast). Told are the days 80 % of them arrived, as far as they
--         lie after the promise. A forecast moves with the day, so it is known since the first day it was made.
-- Params: as_of, sure
insert into found_delay
with judged as (
  select shipment_id, coalesce(c.p_late, f.p_late) as p_late, coalesce(c.n, f.n) as n, coalesce('standing_' || c.level, f.level) as level,
         greatest(c.early_on, f.early_on) as early_on, greatest(c.late_on, f.late_on) as late_on
  from chance c full join forecast f using (shipment_id)
  where shipment_id is not null
)
select distinct on (p.order_id)
       p.order_id, 'predicted_late', p.shipment_id, p.region,
       jsonb_build_object('promised_on', o.promised_on, 'carrier', p.carrier, 'p_late', round(f.p_late::numeric, 2), 'n', f.n, 'level', f.level),
       coalesce(d.first_seen_at, greatest(o.today::timestamp at time zone o.zone, p.shipped_at)), greatest(f.early_on, o.promised_on + 1), greatest(f.late_on, o.promised_on + 1)
from judged f
join open_parcel p using (shipment_id)
join open_order o using (order_id)
left join delay d on d.order_id = p.order_id and d.cause = 'predicted_late' and d.lifted_at is null
where f.p_late >= :sure and o.promise_ends_at > :as_of and p.last_scan_at is not null and o.requested_on is null
order by p.order_id, f.late_on desc, p.shipment_id
