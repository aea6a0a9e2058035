-- Who:    money that goes back.
-- Grain:  refund, known when it goes; of an order under way no more than that order cost.
-- Params: now, zone
create temp table future_refunds on commit drop as
select m.at as known_at, s.order_id || '-' || r.refund_id as refund_id, s.order_id, case when s.gap is null then least(r.amount, o.total) else r.amount end as amount, m.at, r.method
from story s
left join orders o on o.order_id = s.order_id
join refunds r on r.order_id = s.donor_id
cross join lateral (select pg_temp.moved(r.at, s.donor_placed_at, s.gap, s.days, :zone) as at) m
where m.at > :now
