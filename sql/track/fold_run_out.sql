-- Who:    customers of orders changed after a load, or placed, arrived or cancelled since the last fold's business time, and
--         when what they bought so far will be used up.
-- Grain:  customer x product that is consumed or wears out.
-- Why:    own interval when bought at least twice, else consumption_days x quantity of the last purchase, else replace_after_months;
--         written a week ahead (ordering and delivery take their time), at 09:00 of the customer's zone.
-- Params: after_load, since_at
with customer as (
  select g.customer_id from touched_order t join order_progress g using (order_id) where t.load_id > :after_load
  union
  select customer_id from order_progress where placed_at > cast(:since_at as timestamptz) and placed_at <= business_now()
  union
  select customer_id from order_progress where delivered_at > cast(:since_at as timestamptz) and delivered_at <= business_now()
  union
  select customer_id from orders where cancelled_at > cast(:since_at as timestamptz) and cancelled_at <= business_now()
), bought as (
  select g.customer_id, l.product_id, g.order_id, g.placed_at, case when g.delivered_at <= business_now() then g.delivered_at else g.placed_at + interval '3 days' end as arrived_at, g.zone,
         sum(l.quantity - coalesce(l.cancelled_quantity, 0)) as quantity,
         count(*) over w as purchases, min(g.placed_at) over w as first_at, max(g.placed_at) over w as last_at,
         row_number() over (partition by g.customer_id, l.product_id order by g.placed_at desc, g.order_id desc) as newest
  from order_progress g
  join order_lines l using (order_id)
  where g.customer_id in (select customer_id from customer)
    and g.placed_at <= business_now() and (g.cancelled_at is null or g.cancelled_at > business_now())
    and l.quantity > coalesce(l.cancelled_quantity, 0)
  group by g.customer_id, l.product_id, g.order_id, g.placed_at, g.delivered_at, g.zone
  window w as (partition by g.customer_id, l.product_id)
), predicted as (
  select b.customer_id, b.product_id, b.zone, b.order_id, b.placed_at, b.purchases,
         case when b.purchases >= 2 and p.consumption_days is not null and b.last_at > b.first_at + interval '6 days' then 'own_interval'
              when p.consumption_days is not null then 'consumption'
              else 'durable' end as basis,
         case when b.purchases >= 2 and p.consumption_days is not null and b.last_at > b.first_at + interval '6 days'
                then b.placed_at + (b.last_at - b.first_at) / (b.purchases - 1)
              when p.consumption_days is not null then b.arrived_at + p.consumption_days * b.quantity * interval '1 day'
              else b.arrived_at + p.replace_after_months * interval '1 month' end as run_out_at
  from bought b join products p using (product_id)
  where b.newest = 1 and (p.consumption_days is not null or p.replace_after_months is not null)
), wanted as (
  select customer_id, product_id, (run_out_at at time zone zone)::date as run_out_on,
         ((run_out_at at time zone zone)::date - 7 + time '09:00') at time zone zone as remind_at,
         basis, greatest(1, extract(day from run_out_at - placed_at))::bigint as interval_days,
         order_id as last_order_id, placed_at as last_bought_at, purchases
  from predicted
)
insert into run_out as r (customer_id, product_id, run_out_on, remind_at, basis, interval_days, last_order_id, last_bought_at, purchases)
select customer_id, product_id, run_out_on, remind_at, basis, interval_days, last_order_id, last_bought_at, purchases from wanted
on conflict (customer_id, product_id) do update
set run_out_on = excluded.run_out_on, remind_at = excluded.remind_at, basis = excluded.basis, interval_days = excluded.interval_days,
    last_order_id = excluded.last_order_id, last_bought_at = excluded.last_bought_at, purchases = excluded.purchases,
    from_load = current_load()
where (r.run_out_on, r.remind_at, r.basis, r.interval_days, r.last_order_id, r.last_bought_at, r.purchases)
      is distinct from (excluded.run_out_on, excluded.remind_at, excluded.basis, excluded.interval_days, excluded.last_order_id,
                        excluded.last_bought_at, excluded.purchases)
