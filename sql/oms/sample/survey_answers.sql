-- Who:    answers to the satisfaction survey some weeks after delivery.
-- Grain:  (order, question).
-- Params: clock
select 'TD' || lpad(i::text, 8, '0') as order_id, pg_temp.iso(a.at) as at, 'recommend' as question,
       (10 - floor(11 * power(pg_temp.u(i, 'recommends'), 3)))::text as answer
from base_progress as g join base_orders as o using (i)
cross join lateral (select date_trunc('minute', g.delivered_at + (10 + 4 * pg_temp.u(i, 'answers after')) * interval '1 day') as at) as a
where g.delivered = o.parcels and pg_temp.u(i, 'survey') < 0.05 and a.at <= (:clock)::timestamptz
order by i
