-- Who:    orders under way of which nothing left yet, and the others of the last weeks, whose aftermath is still to come.
-- Grain:  order; `elapsed` as in simulate/donors.
-- Params: now, told_until, zone
select p.order_id, cast(extract(isodow from p.clock) as integer) as weekday, o.paid_at is not null and o.paid_at <= :now as is_paid,
       not exists (select from shipments s where s.order_id = p.order_id and s.shipped_at <= :now) as is_unsent,
       extract(epoch from (cast(:now as timestamptz) at time zone :zone) - date_trunc('day', p.clock))::float8 / 3600 as elapsed
from past_order p
join orders o using (order_id)
left join order_progress f using (order_id)
where p.placed_at > :told_until and coalesce(f.cancelled_at, o.cancelled_at) is null
order by p.order_id
