-- Who:    every order until :now, with whose how-manieth it is and when the next one of the same customer came.
-- Grain:  order.
-- Params: now, zone
create temp table past_order on commit drop as
select o.order_id, o.customer_id, o.placed_at, o.placed_at at time zone :zone as clock,
       row_number() over one_by_one as ordinal, lead(o.placed_at) over one_by_one as next_at
from orders o
where o.placed_at <= :now
window one_by_one as (partition by coalesce(o.customer_id, o.order_id) order by o.placed_at, o.order_id)
