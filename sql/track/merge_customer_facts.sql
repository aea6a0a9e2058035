-- Who:    persons whose facts differ from what is stored.
-- Grain:  person.
-- Params: none
insert into customer_fact as f (
  customer_id, merged_ids, order_number, orders_counted, delivered_orders, spent, currency, lifetime_spend, first_order_id,
  first_order_at, first_order_on, last_order_id, last_order_at, first_delivered_at, last_delivered_order_id, last_delivered_at,
  own_interval_days, next_order_on, silent_at, tier, tier_since, tier_order_id, vip_since, product_ids)
select customer_id, merged_ids, order_number, orders_counted, delivered_orders, spent, currency, lifetime_spend, first_order_id,
       first_order_at, first_order_on, last_order_id, last_order_at, first_delivered_at, last_delivered_order_id, last_delivered_at,
       own_interval_days, next_order_on, silent_at, tier, tier_since, tier_order_id, vip_since, product_ids
from folded_customer
on conflict (customer_id) do update set
  (merged_ids, order_number, orders_counted, delivered_orders, spent, currency, lifetime_spend, first_order_id,
   first_order_at, first_order_on, last_order_id, last_order_at, first_delivered_at, last_delivered_order_id, last_delivered_at,
   own_interval_days, next_order_on, silent_at, tier, tier_since, tier_order_id, vip_since, product_ids, from_load) =
  (excluded.merged_ids, excluded.order_number, excluded.orders_counted, excluded.delivered_orders, excluded.spent, excluded.currency,
   excluded.lifetime_spend, excluded.first_order_id, excluded.first_order_at, excluded.first_order_on, excluded.last_order_id, excluded.last_order_at,
   excluded.first_delivered_at, excluded.last_delivered_order_id, excluded.last_delivered_at, excluded.own_interval_days,
   excluded.next_order_on, excluded.silent_at, excluded.tier, excluded.tier_since, excluded.tier_order_id, excluded.vip_since,
   excluded.product_ids, current_load())
where (f.merged_ids, f.order_number, f.orders_counted, f.delivered_orders, f.spent, f.currency, f.lifetime_spend, f.first_order_id,
       f.first_order_at, f.first_order_on, f.last_order_id, f.last_order_at, f.first_delivered_at, f.last_delivered_order_id, f.last_delivered_at,
       f.own_interval_days, f.next_order_on, f.silent_at, f.tier, f.tier_since, f.tier_order_id, f.vip_since, f.product_ids)
      is distinct from
      (excluded.merged_ids, excluded.order_number, excluded.orders_counted, excluded.delivered_orders, excluded.spent, excluded.currency,
       excluded.lifetime_spend, excluded.first_order_id, excluded.first_order_at, excluded.first_order_on, excluded.last_order_id, excluded.last_order_at,
       excluded.first_delivered_at, excluded.last_delivered_order_id, excluded.last_delivered_at, excluded.own_interval_days,
       excluded.next_order_on, excluded.silent_at, excluded.tier, excluded.tier_since, excluded.tier_order_id, excluded.vip_since,
       excluded.product_ids)
