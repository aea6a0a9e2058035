-- Who:    orders whose story is told: what became of them may become of others.
-- Grain:  order. Hours count from the local midnight before the order: `left_after` until its first parcel left or it was cancelled,
--         `paid_after` until it was paid; null = never.
-- Params: since, told_until, zone
select p.order_id, p.ordinal = 1 as is_new, cast(extract(isodow from p.clock) as integer) as weekday,
       cast(extract(hour from p.clock) as integer) as hour,
       extract(epoch from (least(s.first_at, o.cancelled_at) at time zone :zone) - date_trunc('day', p.clock))::float8 / 3600 as left_after,
       extract(epoch from (o.paid_at at time zone :zone) - date_trunc('day', p.clock))::float8 / 3600 as paid_after
from past_order p
join orders o using (order_id)
left join lateral (select min(shipped_at) as first_at from shipments where order_id = p.order_id) s on true
where p.placed_at > :since and p.placed_at <= :told_until
order by p.order_id
