-- Who:    customers whose first order was placed on this day of an earlier year, who ordered within two years.
-- Grain:  customer x year.   Anchor: the day in their zone at 09:00; of 29 February the 28th in years without one.
-- Why:    days of the window are looked up in the index of first orders by month and day.
-- Params: as_of, since, until, touched, customer_id
with day as (
  select d::date as day, extract(month from d::date) * 100 + extract(day from d::date) as month_day
  from generate_series((:since - interval '1 day')::date, (:until + interval '1 day')::date, interval '1 day') d
), celebrated as (
  select day, month_day from day
  union all
  select day, 229 from day where month_day = 228 and to_char(day + 1, 'MMDD') = '0301'
), known as (
  select d.day, f.customer_id
  from celebrated d join customer_fact f on extract(month from f.first_order_on) * 100 + extract(day from f.first_order_on) = d.month_day
  union
  select d::date, f.customer_id
  from customer_fact f
  cross join generate_series((:as_of - interval '8 days')::date, (:as_of + interval '1 day')::date, interval '1 day') d
  where f.first_order_id = any(:touched)
    and (to_char(f.first_order_on, 'MMDD') = to_char(d, 'MMDD')
         or (to_char(f.first_order_on, 'MMDD') = '0229' and to_char(d, 'MMDD') = '0228' and to_char(d + interval '1 day', 'MMDD') = '0301'))
)
select f.customer_id || '@' || extract(year from n.day) as subject_id, f.customer_id, f.first_order_id as order_id,
       b.due_at, b.due_at + interval '7 days' as valid_until, 'plain' as variant,
       json_build_object('ordered_within_two_years', f.last_order_at > b.due_at - interval '2 years') as checks,
       jsonb_build_object(
         'first_order_on', f.first_order_on, 'years', (extract(year from n.day) - extract(year from f.first_order_on))::integer) as context
from known n
join customer_fact f using (customer_id)
join contactable k using (customer_id)
cross join lateral (select (n.day + time '09:00') at time zone k.zone as due_at) b
where n.day > f.first_order_on
  and (b.due_at > :since or f.first_order_id = any(:touched)) and b.due_at <= :until
  and (:customer_id is null or f.customer_id = :customer_id)
