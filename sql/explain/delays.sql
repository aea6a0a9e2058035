-- Who:    why one order is or was late.
-- Grain:  order x cause.
-- Params: order_id
select cause, region, evidence, first_seen_at, changed_at, lifted_at, new_from_on, new_until_on
from delay where order_id = :order_id order by first_seen_at, cause
