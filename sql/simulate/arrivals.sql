-- Who:    how many orders came on each weekday and hour of the last whole weeks, first orders of a customer apart.
-- Grain:  weekday (1: Monday) x hour of the shop's clock x first or not.
-- Params: since
select cast(extract(isodow from clock) as integer) as weekday, cast(extract(hour from clock) as integer) as hour,
       ordinal = 1 as is_new, count(*) as orders
from past_order
where placed_at > :since
group by 1, 2, 3
