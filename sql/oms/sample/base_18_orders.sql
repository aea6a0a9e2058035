-- Who:    what became, and will become, of each order.
-- Grain:  order number i. Instants may lie after the clock: the drop's statements cut there.
-- Params: clock
-- Why:    one lateral step per fact (payment, ready, shipped, promise), each a function of the step before. Konbini orders of
--         four days ago often went unpaid: their cancellation falls into the last hours.
create temp table base_orders as
select b.i, b.day, b.placed_at, b.person, b.regular_product, k.recipients, k.parcels, k.cool, k.mail,
       pay.method, pay.due_at as payment_due_at, paid.paid_at, pre.preorder_until, ask.requested_on, ask.requested_slot,
       k.subtotal, k.reduced, k.cancelled_amount, o.place, h.transit_days, ship.ship_on, ship.shipped_at,
       coalesce(ask.requested_on, coalesce(ready.ready_on, b.day + 3) + 3 + h.transit_days) as promised_on,
       case when cancel.cancelled_at is not null and cancel.cancelled_at < coalesce(ship.shipped_at, 'infinity')
            then cancel.cancelled_at end as cancelled_at
from base_buying as b
join base_baskets as k using (i)
join base_people as p using (person)
cross join (select count(*) as slots from base_places) as n
cross join lateral (
    select case when k.recipients > 0 then floor(n.slots * pg_temp.u(b.i * 4 + 1, 'recipient place'))::bigint else p.place end as place
    offset 0
) as o
join base_places as h on h.slot = o.place
cross join lateral (
    select case when pg_temp.u(b.i, 'pay') < 0.52 then 'card' when pg_temp.u(b.i, 'pay') < 0.66 then 'konbini'
                when pg_temp.u(b.i, 'pay') < 0.74 and k.recipients = 0 then 'cod'
                when pg_temp.u(b.i, 'pay') < 0.79 then 'bank_transfer'
                when pg_temp.u(b.i, 'pay') < 0.94 then 'paypay' else 'carrier_billing' end as method
    offset 0
) as m
cross join lateral (
    select m.method, case m.method when 'konbini' then (b.day + 4)::timestamptz - interval '1 second'
                                   when 'bank_transfer' then (b.day + 8)::timestamptz - interval '1 second' end as due_at
    offset 0
) as pay
cross join lateral (
    select case when pay.due_at is not null and pg_temp.u(b.i, 'unpaid') < case when b.day = (:clock)::timestamptz::date - 4 then 0.6 else 0.09 end then null
                when pay.method = 'konbini' then b.placed_at + interval '40 minutes' + 60 * power(pg_temp.u(b.i, 'pays'), 2) * interval '1 hour'
                when pay.method = 'bank_transfer' then b.placed_at + interval '3 hours' + 96 * pg_temp.u(b.i, 'pays') * interval '1 hour'
                when pay.method <> 'cod' then b.placed_at + floor(90 * pg_temp.u(b.i, 'pays')) * interval '1 second' end as paid_at
    offset 0
) as paid
cross join lateral (
    select case when pg_temp.u(b.i, 'preorder') < 0.025 and b.regular_product is null
                then b.day + 14 + floor(40 * pg_temp.u(b.i, 'preorder days'))::int end as preorder_until
    offset 0
) as pre
cross join lateral (
    select case when pay.method <> 'cod' and paid.paid_at is null then null
                else greatest(coalesce(paid.paid_at, b.placed_at), pre.preorder_until::timestamptz) end as ready_at
    offset 0
) as r
cross join lateral (select r.ready_at::date as ready_on offset 0) as ready
cross join lateral (
    select ready.ready_on + case when extract(hour from r.ready_at) < 12 and pg_temp.u(b.i, 'quick') < 0.6 then 0
                                 when pg_temp.u(b.i, 'slow') < 0.2 then 2 else 1 end
           + case when pg_temp.u(b.i, 'warehouse late') < 0.015 then 5 else 0 end as earliest_on
    offset 0
) as work
cross join lateral (
    select case when pre.preorder_until is null and not k.mail and pg_temp.u(b.i, 'requested') < 0.12
                then coalesce(work.earliest_on, b.day + 4) + h.transit_days + 1 + floor(6 * pg_temp.u(b.i, 'requested day'))::int
           end as requested_on,
           case when not k.mail and pg_temp.u(b.i, 'slot') < 0.3
                then (array['午前中', '14-16', '16-18', '18-20', '19-21'])[1 + floor(5 * pg_temp.u(b.i, 'which slot'))::int]
           end as requested_slot
    offset 0
) as ask
cross join lateral (
    select case when ask.requested_on is null then work.earliest_on
                else greatest(work.earliest_on, ask.requested_on - h.transit_days - 1) end as ship_on
    offset 0
) as s
cross join lateral (
    select s.ship_on, case when ready.ready_on is not null
                           then s.ship_on::timestamptz + interval '14 hours' + floor(270 * pg_temp.u(b.i, 'ship minute')) * interval '1 minute'
                      end as shipped_at
    offset 0
) as ship
cross join lateral (
    select case when pay.due_at is not null and paid.paid_at is null then pay.due_at + interval '9 hours 1 second'
                when b.regular_product is null and pg_temp.u(b.i, 'cancel') < 0.035
                then b.placed_at + interval '12 minutes' + floor(64800 * pg_temp.u(b.i, 'regrets')) * interval '1 second'
           end as cancelled_at
    offset 0
) as cancel
