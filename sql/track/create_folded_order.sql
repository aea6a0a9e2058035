-- Who:    orders in progress, numbered, with their promise in instants.
-- Grain:  order. order_number: how many own orders of this customer that were not cancelled lie before it, plus one;
--         exchanges and replacements count for nobody.
-- Why:    a time zone nobody knows must not stop the rest: the shop's takes its place. pg_timezone_names is read only for
--         names that occur.
-- Params: zone
create temp table folded_order on commit drop as
with zone as materialized (
  select name from pg_timezone_names where exists (select from order_in_progress where timezone is not null)
), opened_return as (
  select order_id, min(opened_at) as opened_at
  from order_in_progress
  join returns using (order_id)
  where coalesce(kind, 'return') = 'return' and status <> 'rejected'
  group by order_id
), numbered as (
  select o.*, coalesce(z.name, :zone) as zone,
         1 + count(*) filter (where is_own and (cancelled_at is null or cancelled_at > business_now()))
               over (partition by customer_id order by placed_at, order_id rows between unbounded preceding and 1 preceding) as order_number
  from order_in_progress o
  left join zone z on z.name = o.timezone
)
select n.order_id, n.customer_id, n.placed_at, n.order_number, n.zone, n.promised_on,
       ((n.promised_on + 1)::timestamp at time zone n.zone) as promise_ends_at,
       a.first_shipped_at, a.shipped_all_at, a.delivered_at, least(r.opened_at, a.returned_at) as returned_at, n.cancelled_at,
       c.content
from numbered n
left join arrival a using (order_id)
left join opened_return r using (order_id)
left join order_content c using (order_id)
