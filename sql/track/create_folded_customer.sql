-- Who:    persons being folded who have ordered, with their facts.
-- Grain:  person. The columns are those of customer_fact.
-- Why:    only what happened until this fold's business time is in it (bought_order). Of a loyalty word we know since when by having
--         seen it change; one seen with the person's first facts goes back to when they joined, one that their spend says too to that order. Who fell
--         to a lower step has reached none: it has no since.
-- Params: none
create temp table folded_customer on commit drop as
with counted as (
  select *, (placed_at at time zone zone)::date as day from bought_order where counts
), day_gap as (
  select person_id, day - lag(day) over (partition by person_id order by day) as days from (select distinct person_id, day from counted) d
), rhythm as (
  select person_id, round(percentile_cont(0.5) within group (order by days))::bigint as own_interval_days
  from day_gap where days is not null group by person_id
), spending as (
  select person_id, jsonb_object_agg(currency, trim_scale(amount)) as spent
  from (select person_id, currency, sum(worth) as amount from counted group by person_id, currency) one
  group by person_id
), basket as (
  select c.person_id, array_agg(distinct l.product_id order by l.product_id) as product_ids
  from counted c join order_lines l using (order_id)
  where l.quantity > coalesce(l.cancelled_quantity, 0)
  group by c.person_id
), summary as (
  select person_id, count(*) filter (where is_bought) as order_number, count(*) filter (where counts) as orders_counted,
         count(delivered_at) filter (where counts) as delivered_orders, min(placed_at) as since_at,
         (array_agg(order_id order by placed_at, order_id) filter (where counts))[1] as first_order_id,
         (array_agg(order_id order by placed_at desc, order_id desc) filter (where counts))[1] as last_order_id,
         (array_agg(order_id order by delivered_at desc, order_id desc) filter (where counts and delivered_at is not null))[1]
           as last_delivered_order_id,
         min(placed_at) filter (where counts) as first_order_at, max(placed_at) filter (where counts) as last_order_at,
         min(delivered_at) filter (where counts) as first_delivered_at, max(delivered_at) filter (where counts) as last_delivered_at
  from bought_order
  group by person_id
), other_id as (
  select person_id, array_agg(customer_id order by customer_id) as merged_ids
  from person_id where customer_id <> person_id group by person_id
), wanted as (
  select s.person_id as customer_id, i.merged_ids, s.order_number, s.orders_counted, s.delivered_orders, coalesce(m.spent, '{}') as spent,
         c.currency, coalesce((m.spent ->> c.currency)::numeric, 0) as lifetime_spend, s.first_order_id,
         s.first_order_at, a.day as first_order_on, s.last_order_id, s.last_order_at, s.first_delivered_at, s.last_delivered_order_id, s.last_delivered_at,
         r.own_interval_days, c.day + r.own_interval_days::integer as next_order_on,
         (c.day + case when r.own_interval_days is null then 180 else greatest(30, 2 * r.own_interval_days)::integer end + time '09:00')
           at time zone c.zone as silent_at,
         coalesce(t.word, t.name) as tier,
         case when t.word = f.tier then f.tier_since
              when t.word is null or f.tier is null and t.word = t.name then t.placed_at
              when f.tier is null then t.joined_at
              when t.word_spend < (select spend from tier_step where name = f.tier) then null
              else business_now() end as tier_since,
         case when t.word is null then t.order_id end as tier_order_id, coalesce(b.product_ids, '{}') as product_ids,
         t.word_is_vip, t.spent_vip_since, f.vip_since as known_vip_since, s.since_at
  from summary s
  left join counted c on c.order_id = s.last_order_id
  left join counted a on a.order_id = s.first_order_id
  left join rhythm r on r.person_id = s.person_id
  left join spending m on m.person_id = s.person_id
  left join basket b on b.person_id = s.person_id
  left join other_id i on i.person_id = s.person_id
  left join folded_tier t on t.person_id = s.person_id
  left join customer_fact f on f.customer_id = s.person_id
)
select customer_id, merged_ids, order_number, orders_counted, delivered_orders, spent, currency, lifetime_spend, first_order_id,
       first_order_at, first_order_on, last_order_id, last_order_at, first_delivered_at, last_delivered_order_id, last_delivered_at,
       own_interval_days, next_order_on, silent_at, tier, tier_since, tier_order_id,
       case when word_is_vip is null then spent_vip_since
            when word_is_vip then coalesce(known_vip_since, tier_since, since_at) end as vip_since, product_ids
from wanted
