-- Who:    customers to come who join the programme as their likes did, without what those gathered since.
-- Grain:  customer, known when they join, with the first order at the earliest.
-- Params: none
create temp table future_loyalty on commit drop as
select greatest(p.placed_at, l.joined_at + p.gap) as known_at, p.customer_id, 0 as points, cast(null as text) as tier, l.joined_at + p.gap as joined_at
from person_to_come p
join loyalty l on l.customer_id = p.like_customer_id
where not p.is_guest and l.joined_at < p.donor_placed_at + interval '42 days'
