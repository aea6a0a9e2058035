-- Who:    open orders with a parcel that, by how parcels of its lane travel, will miss a promise that has not passed yet.
-- Grain:  order: its parcel that arrives last.
-- Why:    a share of :sure of comparable parcels, never fewer than a forecast asks for. Told are the days 80 % of them arrived,
--         as far as they lie after the promise. A forecast moves with the day, so it is known since the first day it was made.
-- Params: as_of, sure
insert into found_delay
select distinct on (p.order_id)
       p.order_id, 'predicted_late', p.shipment_id, p.region,
       jsonb_build_object('promised_on', o.promised_on, 'carrier', p.carrier, 'p_late', round(f.p_late::numeric, 2), 'n', f.n, 'level', f.level),
       coalesce(d.first_seen_at, greatest(o.today::timestamp at time zone o.zone, p.shipped_at)), greatest(f.early_on, o.promised_on + 1), greatest(f.late_on, o.promised_on + 1)
from forecast f
join open_parcel p using (shipment_id)
join open_order o using (order_id)
left join delay d on d.order_id = p.order_id and d.cause = 'predicted_late' and d.lifted_at is null
where f.p_late >= :sure and o.promise_ends_at > :as_of
order by p.order_id, f.late_on desc, p.shipment_id
