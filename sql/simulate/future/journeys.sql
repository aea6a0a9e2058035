-- Who:    customers to come inside another tool's journey, as their likes were about the first order.
-- Grain:  customer x journey x entry.
-- Params: none
create temp table future_journeys on commit drop as
select greatest(p.placed_at, j.entered_at + p.gap) as known_at, p.customer_id, j.journey, j.entered_at + p.gap as entered_at, j.left_at + p.gap as left_at
from person_to_come p
join journeys j on j.customer_id = p.like_customer_id
where not p.is_guest and j.entered_at between p.donor_placed_at - interval '42 days' and p.donor_placed_at + interval '42 days'
