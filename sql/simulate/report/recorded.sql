-- Who:    how long the past was recorded in which messages left: hours decided after :since, and orders of those days.
-- Grain:  one row. Each run stands for the time since the one before it.
-- Params: since, until
select count(*) as hours, coalesce(extract(epoch from max(as_of) - min(as_of)) / 86400 * count(*) / nullif(count(*) - 1, 0), 0)::float8 as days,
       (select count(*) from orders where placed_at > :since and placed_at <= :until) as orders
from run
where plan_id is null and not is_express and as_of > :since and as_of <= :until
