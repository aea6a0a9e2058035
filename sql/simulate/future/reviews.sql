-- Who:    reviews.
-- Grain:  review, known when it is written.
-- Params: now, zone
create temp table future_reviews on commit drop as
select m.at as known_at, s.order_id, m.at, r.score
from story s
join reviews r on r.order_id = s.donor_id
cross join lateral (select pg_temp.moved(r.at, s.donor_placed_at, s.gap, s.days, :zone) as at) m
where m.at > :now
