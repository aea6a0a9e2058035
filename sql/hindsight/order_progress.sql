-- Who:    progress of late orders, folded from what we know now.
-- Grain:  order.
-- Why:    what an order holds changed when the shop changed it, which a late version of the order says itself.
-- Params: none
select (jsonb_populate_record(null::order_progress, to_jsonb(f) || jsonb_build_object(
         'content', coalesce(f.content, p.content),
         'content_changed_at', case when f.content <> p.content then o.updated_at else p.content_changed_at end))).*
from folded_order f join late_order using (order_id) join known_orders o using (order_id) left join order_progress p using (order_id)
