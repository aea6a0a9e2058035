-- Who:    what each order costs.
-- Grain:  order number i.
-- Params: none
-- Why:    total = subtotal + shipping_fee + fee - discount - points_used. Prices include tax; tax is the part inside:
--         the discount is shared by rate, shipping and fee carry 10 %, points are a payment and change no tax.
create temp table base_money as
select o.i, o.subtotal, f.shipping_fee, f.fee, d.discount, p.points_used,
       floor((o.reduced - r.reduced_discount) * 8 / 108)
       + floor((o.subtotal - o.reduced - (d.discount - r.reduced_discount) + f.shipping_fee + f.fee) * 10 / 110) as tax,
       o.subtotal + f.shipping_fee + f.fee - d.discount - p.points_used as total
from base_orders as o
join base_places as h on h.slot = o.place
cross join lateral (
    select case when o.subtotal >= 5500 then 0 when o.mail then 275 else h.shipping_fee end as shipping_fee,
           case when o.method = 'cod' then 330 else 0 end as fee
) as f
cross join lateral (
    select case when pg_temp.u(o.i, 'coupon') < 0.06 then floor(o.subtotal / 10)
                when pg_temp.u(o.i, 'coupon') < 0.1 and o.subtotal >= 3000 then 500 else 0 end as discount
) as d
cross join lateral (
    select case when o.person > 0 and pg_temp.u(o.i, 'points') < 0.12
                then least(50 * (1 + floor(20 * pg_temp.u(o.i, 'how many points'))), floor(o.subtotal / 5)) else 0 end::numeric as points_used
) as p
cross join lateral (select floor(d.discount * o.reduced / o.subtotal) as reduced_discount) as r
