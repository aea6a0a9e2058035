-- Who:    orders being folded and all others of their customers, old and new: one cancelled order renumbers the rest.
-- Grain:  order. An order without a customer is a customer of its own.
-- Params: none
create temp table order_in_progress on commit drop as
with customer as (
  select o.customer_id from order_to_fold join orders o using (order_id) where o.customer_id is not null
  union
  select p.customer_id from order_to_fold join order_progress p using (order_id)
), chosen as (
  select order_id from order_to_fold
  union
  select o.order_id from customer join orders o using (customer_id)
)
select o.order_id, coalesce(o.customer_id, 'order:' || o.order_id) as customer_id, o.placed_at, o.original_order_id is null as is_own,
       o.status in ('shipped', 'fulfilled', 'completed', 'delivered', 'returned') as is_fully_shipped,
       c.timezone, coalesce(o.requested_on, o.promised_on) as promised_on,
       coalesce(o.cancelled_at, case when o.status in ('cancelled', 'canceled') then coalesce(o.updated_at, o.placed_at) end) as cancelled_at
from chosen
join orders o using (order_id)
left join customers c using (customer_id)
