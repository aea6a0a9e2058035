-- Who:    orders to come and orders under way, each with the past order it goes like, and whose address it has.
-- Grain:  order. `days` and `gap` lie between the two orders; `gap` is null for what is under way: only its days count.
-- Why:    a customer who comes again has the address of the last order; a new one all of the donor's but the name of the mailbox.
-- Params: zone
create temp table story on commit drop as
with first as (
  select person, min(number) as number from drawn_order where person > 0 group by person
), told as (
  select d.kind, d.number, coalesce(d.order_id, 'SIM-' || lpad(cast(d.number as text), 7, '0')) as order_id, d.donor_id, d.luck,
         coalesce(d.like_id, f.donor_id, d.donor_id) as like_id, nullif(d.person, 0) as person, d.customer_id,
         coalesce(d.placed_at, o.placed_at) as placed_at
  from drawn_order d
  left join orders o on o.order_id = d.order_id
  left join first on first.person = d.person
  left join drawn_order f on f.number = first.number
)
select t.kind, t.number, t.order_id, t.donor_id, t.luck, t.like_id, t.person, t.placed_at, d.placed_at as donor_placed_at,
       case when t.kind in ('new', 'again') then t.placed_at - d.placed_at end as gap,
       cast(t.placed_at at time zone :zone as date) - cast(d.placed_at at time zone :zone as date) as days,
       coalesce(t.customer_id, like_order.customer_id) as like_customer_id,
       coalesce(t.customer_id, like_order.customer_id) like 'guest:%' as is_guest
from told t
join orders d on d.order_id = t.donor_id
join orders like_order on like_order.order_id = t.like_id
