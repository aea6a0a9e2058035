-- Who:    customers of orders being folded, as they were before this fold: an order may change hands.
-- Grain:  customer.
-- Params: none
create temp table customer_to_fold on commit drop as
select customer_id from order_to_fold join order_progress using (order_id)
union
select o.customer_id from order_to_fold join orders o using (order_id) where o.customer_id is not null
