-- Who:    how much past there is to learn from.
-- Grain:  one row.
-- Params: told_until
select count(*) as orders, min(placed_at) as first_at, count(*) filter (where placed_at <= :told_until) as told
from past_order
