-- Who:    money that came in (cash on delivery: when the parcels had arrived).
-- Grain:  payment; one an order.
-- Params: clock
select 'P' || lpad(o.i::text, 8, '0') as payment_id, 'TD' || lpad(o.i::text, 8, '0') as order_id, m.total as amount,
       pg_temp.iso(paid.at) as at, o.method
from base_orders as o
join base_money as m using (i)
left join base_progress as g using (i)
cross join lateral (select case when o.method = 'cod' then g.delivered_at else o.paid_at end as at) as paid
where paid.at <= (:clock)::timestamptz
order by o.i
