-- Effect: the lines of the changed orders: they travel with them.
-- Params: hour
create temp table delta_order_lines on commit drop as
select r.*
from bench.copied_order b
join order_lines l using (order_id)
cross join lateral jsonb_populate_record(l, jsonb_build_object('order_id', b.new_id, 'cancelled_quantity', null)) r
where :hour or b.kind <> 'placed'
