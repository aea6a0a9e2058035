-- Who:    orders to come, and what becomes of those under way: paid, cancelled.
-- Grain:  order as it is known from then on. What it will go through has its instant and counts from there.
-- Params: now, zone
create temp table future_orders on commit drop as
with moved as (
  select s.*, d.paid_at is not null as pays, pg_temp.moved(d.paid_at, s.donor_placed_at, s.gap, s.days, :zone) as paid_at,
         pg_temp.moved(d.cancelled_at, s.donor_placed_at, s.gap, s.days, :zone) as cancelled_at
  from story s join orders d on d.order_id = s.donor_id
)
select m.placed_at as known_at, m.order_id, l.source, case when m.is_guest then null when m.person > 0 then p.customer_id else m.like_customer_id end as customer_id,
       l.buyer_name, case when m.person > 0 and l.buyer_email is not null then p.email else l.buyer_email end as buyer_email,
       case when m.person > 0 and l.buyer_phone is not null then p.phone else l.buyer_phone end as buyer_phone, l.locale, m.placed_at,
       m.paid_at, d.payment_method, pg_temp.moved(d.payment_due_at, m.donor_placed_at, m.gap, m.days, :zone) as payment_due_at, d.subtotal, d.shipping_fee,
       d.discount, d.points_used, d.fee, d.tax, d.total, d.currency, d.status, d.promised_on + m.days as promised_on, d.requested_on + m.days as requested_on,
       d.requested_slot, d.preorder_until + m.days as preorder_until, d.gift, d.sales_channel, l.ship_to_name, l.ship_to_postal_code, l.ship_to_region,
       l.ship_to_address, d.location_id, cast(null as text) as original_order_id, cast(null as text) as subscription_id, m.cancelled_at, m.placed_at as updated_at
from moved m
join orders d on d.order_id = m.donor_id
join orders l on l.order_id = m.like_id
left join person_to_come p on p.person = m.person
where m.kind in ('new', 'again')
union all
select changed.at, o.order_id, o.source, case when o.customer_id not like 'guest:%' then o.customer_id end, o.buyer_name, o.buyer_email, o.buyer_phone,
       o.locale, o.placed_at, case when changed.pays then m.paid_at else o.paid_at end, o.payment_method, o.payment_due_at, o.subtotal, o.shipping_fee,
       o.discount, o.points_used, o.fee, o.tax, o.total, o.currency, o.status, o.promised_on, o.requested_on, o.requested_slot, o.preorder_until, o.gift,
       o.sales_channel, o.ship_to_name, o.ship_to_postal_code, o.ship_to_region, o.ship_to_address, o.location_id, o.original_order_id, o.subscription_id,
       case when changed.ends then m.cancelled_at else o.cancelled_at end, changed.at
from moved m
join orders o on o.order_id = m.order_id
cross join lateral (
  select least(case when o.paid_at is null and m.paid_at > :now then m.paid_at end, case when m.cancelled_at > :now then m.cancelled_at end) as at,
         o.paid_at is null and m.paid_at > :now as pays, m.cancelled_at > :now as ends
) changed
where m.kind = 'unsent' and changed.at is not null
