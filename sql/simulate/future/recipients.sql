-- Who:    people gifts go to: those of the past order.
-- Grain:  (order, recipient_no), known with the order.
-- Params: none
create temp table future_recipients on commit drop as
select s.placed_at as known_at, s.order_id, r.recipient_no, r.name, r.postal_code, r.region, r.address
from story s
join recipients r on r.order_id = s.donor_id
where s.kind in ('new', 'again')
