-- Who:    the orders of a person.
-- Params: customer_ids
select order_id from orders where customer_id = any(cast(:customer_ids as text[])) order by placed_at, order_id
