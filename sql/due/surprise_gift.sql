-- Who:    good customers drawn for a gift this month: they came back within a year, and their newest order arrived on time.
-- Grain:  customer x month.   Anchor: 10:00 in their zone, on one of the first 28 days of the month.
-- Why:    every customer has a number (65,536 of them, by a hash of the id), every month a start (by a hash of the month). Drawn are
--         the numbers from there on, as many as brand.toml's share of all, each day of the month its 28th part: the same people
--         whoever asks again, others next month, and an hour looks at small ranges of an index.
-- Params: as_of, since, until, touched, customer_id
with day as (
  select d::date as day, hashtextextended('surprise:' || to_char(d, 'YYYY-MM'), 0) & 65535 as start, extract(day from d)::integer as nth,
         d >= :since - interval '2 days' as in_window
  from generate_series(least(:since, :as_of - interval '15 days') - interval '1 day', :until + interval '1 day', interval '1 day') d
  where extract(day from d) <= 28
), drawn as materialized (
  select d.day, d.in_window, b.source, d.start + floor(65536 * b.surprise_share * (d.nth - 1) / 28)::bigint - turn.back as lowest,
         d.start + floor(65536 * b.surprise_share * d.nth / 28)::bigint - turn.back as beyond
  from day d
  join shop_front b on b.surprise_share is not null
  cross join (values (0), (65536)) turn (back)         -- after the last number comes the first
), known as materialized (
  select d.day, d.source, f.customer_id
  from drawn d
  cross join lateral (
    select c.customer_id from customer_fact c
    where (hashtextextended(c.customer_id, 0) & 65535) >= d.lowest and (hashtextextended(c.customer_id, 0) & 65535) < d.beyond
      and (:customer_id is null or c.customer_id = :customer_id)
    offset 0
  ) f
  where d.in_window
  union all
  select d.day, d.source, f.customer_id
  from customer_fact f
  join drawn d on (hashtextextended(f.customer_id, 0) & 65535) >= d.lowest and (hashtextextended(f.customer_id, 0) & 65535) < d.beyond
  where f.first_order_id = any(:touched) and not d.in_window
)
select f.customer_id || '@' || to_char(n.day, 'YYYY-MM') as subject_id, f.customer_id, f.first_order_id as order_id,
       t.due_at, t.due_at + interval '14 days' as valid_until, 'plain' as variant,
       json_build_object(
         'came_back', f.orders_counted >= 2,
         'ordered_within_a_year', f.last_order_at > t.due_at - interval '1 year',
         'arrived_on_time', coalesce(a.delivered_at < a.promise_ends_at, true)) as checks,
       jsonb_build_object('orders', f.orders_counted) as context
from known n
join customer_fact f using (customer_id)
join orders o on o.order_id = f.first_order_id and o.source = n.source
join contactable k on k.customer_id = f.customer_id
left join order_progress a on a.order_id = f.last_delivered_order_id
cross join lateral (select (n.day + time '10:00') at time zone k.zone as due_at) t
where (t.due_at > :since or f.first_order_id = any(:touched)) and t.due_at <= :until and f.first_order_at < t.due_at
  and (:customer_id is null or f.customer_id = :customer_id)
