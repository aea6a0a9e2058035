-- Who:    what the persons being folded have ordered until now; exchanges and replacements are no orders of theirs.
-- Grain:  order. is_bought, counts: see customer_fact. worth: its price less what was refunded until now.
-- Params: none
create temp table bought_order on commit drop as
with ordered as materialized (
  select i.person_id, o.customer_id, o.order_id, o.placed_at, o.currency, g.zone,
         case when g.delivered_at <= business_now() then g.delivered_at end as delivered_at,
         coalesce(g.cancelled_at > business_now(), true) as is_bought,
         coalesce(g.returned_at > business_now(), true) as is_kept,
         o.total - coalesce((select sum(r.amount) from refunds r where r.order_id = o.order_id and r.at <= business_now()), 0) as worth
  from person_id i
  join orders o using (customer_id)
  join order_progress g using (order_id)
  where o.original_order_id is null and o.placed_at <= business_now()
)
select person_id, customer_id, order_id, placed_at, currency, zone, delivered_at, is_bought, worth,
       is_bought and is_kept and worth > 0 as counts
from ordered
