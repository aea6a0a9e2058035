-- Who:    customers whose birthday it is, who ordered within two years.
-- Grain:  customer x year.   Anchor: the day in their zone at 09:00; of 29 February the 28th in years without one.
-- Why:    days of the window are looked up in the indexes of birthdays by month and day. Placeholders (1900-01-01, 1970-01-01) are
--         none (contactable). order_id is their first one: it stays the same when they order again.
-- Params: as_of, since, until, touched, customer_id
with day as (
  select d::date as day, extract(month from d::date) * 100 + extract(day from d::date) as month_day
  from generate_series((:since - interval '1 day')::date, (:until + interval '1 day')::date, interval '1 day') d
), celebrated as (
  select day, month_day from day
  union all
  select day, 229 from day where month_day = 228 and to_char(day + 1, 'MMDD') = '0301'
), known as (
  select d.day, c.customer_id
  from celebrated d join customers c on extract(month from c.birthday) * 100 + extract(day from c.birthday) = d.month_day
  where c.birthday is not null
  union
  select d.day, p.customer_id
  from celebrated d join preference p on extract(month from p.birthday) * 100 + extract(day from p.birthday) = d.month_day
  where p.birthday is not null
  union
  select d::date, f.customer_id
  from customer_fact f
  cross join generate_series((:as_of - interval '4 days')::date, (:as_of + interval '1 day')::date, interval '1 day') d
  where f.first_order_id = any(:touched)
)
select k.customer_id || '@' || extract(year from n.day) as subject_id, k.customer_id, f.first_order_id as order_id,
       b.due_at, b.due_at + interval '3 days' as valid_until, 'plain' as variant,
       json_build_object('ordered_within_two_years', f.last_order_at > b.due_at - interval '2 years') as checks,
       '{}'::jsonb as context
from known n
join contactable k on k.customer_id = n.customer_id and k.person_id = k.customer_id
join customer_fact f on f.customer_id = k.customer_id
cross join lateral (select (n.day + time '09:00') at time zone k.zone as due_at) b
where f.first_order_id is not null and k.birthday < n.day - 365
  and (to_char(k.birthday, 'MMDD') = to_char(n.day, 'MMDD')
       or (to_char(k.birthday, 'MMDD') = '0229' and to_char(n.day, 'MMDD') = '0228' and to_char(n.day + 1, 'MMDD') = '0301'))
  and (b.due_at > :since or f.first_order_id = any(:touched)) and b.due_at <= :until
  and (:customer_id is null or k.customer_id = :customer_id)
