-- Who:    every customer with what is known of the person behind the id, as of business time: the segments of templates
--         (docs/touchpoints.md), and what due files of customers read.
-- Grain:  customer_id. Two ids of one person tell the same.
-- Why:    customer_fact holds what the last fold saw; what moves with time alone, or is one look-up away, is asked for here. So a due
--         file pays for the columns it reads, of the customers of its window. Somebody without an order has nulls and zeros.
-- Params: none
select k.customer_id, k.person_id, array_append(f.merged_ids, k.person_id) as ids, k.zone,
       coalesce(f.order_number, 0) as order_number, coalesce(f.orders_counted, 0) as orders_counted,
       coalesce(f.delivered_orders, 0) as delivered_orders,
       coalesce(f.orders_counted, 0) <= 1 as is_new, coalesce(f.orders_counted, 0) >= 2 as is_repeat,
       coalesce(f.lifetime_spend, 0) as lifetime_spend, f.currency, coalesce(f.spent, '{}') as spent,
       f.tier, f.tier_since, f.tier_order_id, coalesce(f.vip_since <= business_now(), false) as is_vip, f.vip_since,
       f.first_order_id, f.first_order_at, f.last_order_id, f.last_order_at, f.first_delivered_at,
       f.last_delivered_order_id, f.last_delivered_at,
       (business_now() at time zone k.zone)::date - (f.first_order_at at time zone k.zone)::date as days_since_first_order,
       f.own_interval_days, f.next_order_on, f.silent_at, coalesce(f.product_ids, '{}') as product_ids,
       (select coalesce(jsonb_agg(distinct p.category), '[]')
        from products p where p.product_id = any(f.product_ids) and p.category is not null) as categories,
       k.preferred_channel, k.language, p.locale, p.region, coalesce(p.newsletter, false) as newsletter, k.birthday,
       (select case when g.delivered_at < g.promise_ends_at then 'on_time'
                    when t.cause is not null and t.told_at < g.delivered_at then 'late_told'
                    when g.promise_ends_at is not null then 'late' end
        from order_progress g left join told t using (order_id)
        where g.order_id = f.last_delivered_order_id) as last_arrival,
       (select r.score from orders o join reviews r using (order_id)
        where o.customer_id = any(array_append(f.merged_ids, k.person_id)) and r.at <= business_now() and r.score is not null
        order by r.at desc, r.score limit 1) as last_review_score,
       (select coalesce(jsonb_object_agg(question, answer), '{}')
        from (select distinct on (s.question) s.question, s.answer
              from orders o join survey_answers s using (order_id)
              where o.customer_id = any(array_append(f.merged_ids, k.person_id)) and s.at <= business_now()
              order by s.question, s.at desc, s.answer) newest) as survey,
       (select coalesce(jsonb_object_agg(name, value), '{}')
        from (select distinct on (s.name) s.name, s.value
              from scores s
              where s.customer_id = any(array_append(f.merged_ids, k.person_id)) and s.at <= business_now()
              order by s.name, s.at desc, s.customer_id = k.person_id desc, s.value desc) newest) as scores,
       exists (select from open_problem o where o.customer_id = any(array_append(f.merged_ids, k.person_id))) as has_open_problem
from contactable k
join customers p on p.customer_id = k.person_id
left join customer_fact f on f.customer_id = k.person_id
