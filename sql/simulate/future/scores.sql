-- Who:    what a prediction service says of those who are known, as in the four weeks before.
-- Grain:  (customer, name, instant).
-- Params: now, days
create temp table future_scores on commit drop as
select s.at + make_interval(days => 28 * n) as known_at, s.customer_id, s.name, s.value, s.at + make_interval(days => 28 * n) as at
from scores s
cross join generate_series(1, 1 + :days / 28) n
where s.at > cast(:now as timestamptz) - interval '28 days' and s.at <= :now
