-- Who:    all orders with what happened to them by the clock, changes by `known`, and one it should never have let in (a negative total).
-- Grain:  order.
-- Params: clock, known, regulars
with known as (
    select o.*, m.shipping_fee, m.fee, m.discount, m.points_used, m.tax, m.total, p.name, p.email, p.phone, p.locale, p.company,
           g.shipped, g.shipped_at as last_shipped_at, g.delivered, g.delivered_at, g.is_refused,
           case when o.cancelled_at <= (:clock)::timestamptz then o.cancelled_at end as known_cancelled_at,
           case when o.method = 'cod' then g.delivered_at when o.paid_at <= (:clock)::timestamptz then o.paid_at end as known_paid_at
    from base_orders as o
    join base_money as m using (i)
    join base_people as p using (person)
    left join base_progress as g using (i)
), changed as (
    select i, max(at) filter (where at <= (:known)::timestamptz) as changed_at,
           bool_or(kind = 'slot' and at > (:known)::timestamptz) as slot_later, bool_or(kind = 'address' and at > (:known)::timestamptz) as moves_later
    from base_changes group by i
), told as (
    select 'TD' || lpad(k.i::text, 8, '0') as order_id,
           case when person > 0 then 'C' || lpad(person::text, 8, '0') end as customer_id,
           coalesce(k.company || ' ' || k.name, k.name) as buyer_name, k.email as buyer_email, phone as buyer_phone, k.locale,
           pg_temp.iso(placed_at) as placed_at, pg_temp.iso(known_paid_at) as paid_at, method as payment_method,
           pg_temp.iso(payment_due_at) as payment_due_at, subtotal::text, k.shipping_fee::text, discount::text,
           points_used::text, fee::text, tax::text, total::text, 'JPY' as currency,
           case when known_cancelled_at is not null then 'cancelled' when is_refused and shipped_at < (:clock)::timestamptz - interval '14 days' then 'returned'
                when delivered = parcels then 'completed' when shipped = parcels then 'shipped' when shipped > 0 then 'partially_shipped'
                when known_paid_at is null and method <> 'cod' then 'awaiting_payment' else 'processing' end as status,
           promised_on, requested_on, case when c.slot_later is not true then requested_slot end as requested_slot, preorder_until, (recipients > 0)::text as gift,
           (array['web', 'web', 'app', 'phone'])[1 + floor(3.05 * pg_temp.u(k.i, 'sales channel'))::int] as sales_channel,
           case when recipients > 0 then r.name else coalesce(company || ' ' || k.name, k.name) end as ship_to_name,
           h.postal_code as ship_to_postal_code, h.region as ship_to_region,
           h.prefecture || h.city || h.district || (1 + k.i % 4) || '-' || (1 + (k.i + case when c.moves_later then 7 else 0 end) % 23) || '-' || (1 + k.i % 11) as ship_to_address,
           'WH-CHIBA' as location_id,
           case when person <= :regulars and person > 0 and person % 4 = 0 then 'S' || lpad(person::text, 8, '0') end as subscription_id,
           pg_temp.iso(known_cancelled_at) as cancelled_at,
           pg_temp.iso(greatest(placed_at, known_paid_at, last_shipped_at, delivered_at, known_cancelled_at, c.changed_at)) as updated_at
    from known as k
    join base_places as h on h.slot = k.place
    left join changed as c on c.i = k.i
    left join base_recipients as r on r.i = k.i and r.recipient_no = 1
)
select * from told
union all
select 'TD99999901', null, '検証 太郎', 'kensho.taro@mail.invalid', null, 'ja', pg_temp.iso((:clock)::timestamptz - interval '5 hours'), null, 'card',
       null, '1000', '0', '0', '0', '0', '90', '-1000', 'JPY', 'processing', null, null, null, null, 'false', 'web', '検証 太郎',
       '273-0014', 'JP-12', '千葉県船橋市高瀬町1-1-1', 'WH-CHIBA', null, null, pg_temp.iso((:clock)::timestamptz - interval '5 hours')
order by order_id
