-- Who:    money that comes in.
-- Grain:  payment, known when it comes.
-- Params: now, zone
create temp table future_payments on commit drop as
select m.at as known_at, s.order_id || '-' || p.payment_id as payment_id, s.order_id, case when s.gap is null then o.total else p.amount end as amount, m.at, p.method
from story s
join orders o on o.order_id = coalesce((select order_id from orders where order_id = s.order_id), s.donor_id)
join payments p on p.order_id = s.donor_id
cross join lateral (select pg_temp.moved(p.at, s.donor_placed_at, s.gap, s.days, :zone) as at) m
where s.kind <> 'sent' and m.at > :now and (s.gap is not null or not exists (select from payments mine where mine.order_id = s.order_id))
