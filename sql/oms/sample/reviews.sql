-- Who:    reviews after delivery.
-- Grain:  order.
-- Params: clock
select 'TD' || lpad(i::text, 8, '0') as order_id, pg_temp.iso(r.at) as at,
       case when pg_temp.u(i, 'score') < 0.55 then 5 when pg_temp.u(i, 'score') < 0.82 then 4 when pg_temp.u(i, 'score') < 0.92 then 3
            when pg_temp.u(i, 'score') < 0.97 then 2 else 1 end as score
from base_progress as g join base_orders as o using (i)
cross join lateral (select date_trunc('minute', g.delivered_at + (5 + 18 * pg_temp.u(i, 'reviewed after')) * interval '1 day') as at) as r
where g.delivered = o.parcels and pg_temp.u(i, 'review') < 0.16 and r.at <= (:clock)::timestamptz
order by i
