-- Who:    orders. 決済処理中 (7) and 購入処理中 (8) are none yet: the buyer may still leave.
-- Grain:  order, by the number its buyer was told (order_no).
-- Key:    dtb_order.id
-- Why:    f is its first parcel. DELIVERED (5) is 発送済み: shipped. 3 is cancelled, 9 returned, 6 paid. Points are lines of their own (type 6), as
--         discounts are (4). A day or slot is the order's where its parcels agree. An order changes when one of its parcels does.
-- Params: after, limit, since, recent
select coalesce(nullif(o.order_no, ''), concat(o.id, '')) as order_id, o.customer_id as customer_id,
       trim(concat(o.name01, ' ', o.name02)) as buyer_name, o.email as buyer_email, o.phone_number as buyer_phone, 'ja-JP' as locale,
       coalesce(o.order_date, o.create_date) as placed_at,
       coalesce(o.payment_date, case when o.order_status_id = 6 then o.update_date end) as paid_at,
       case
         when o.payment_method like '%代引%' or o.payment_method like '%代金引換%' then 'cod'
         when o.payment_method like '%後払い%' then 'deferred'
         when o.payment_method like '%コンビニ%' then 'konbini'
         when o.payment_method like '%カード%' or o.payment_method like '%クレジット%' then 'credit_card'
         when o.payment_method like '%振込%' or o.payment_method like '%振替%' then 'bank_transfer'
         when lower(o.payment_method) like '%paypay%' then 'paypay'
         when o.payment_method like '%キャリア%' then 'carrier_billing'
         else o.payment_method
       end as payment_method,
       o.subtotal as subtotal, o.delivery_fee_total as shipping_fee,
       case when o.payment_total <> o.subtotal + o.delivery_fee_total + o.charge then (
         select -sum((i.price + case when i.tax_display_type_id = 1 then i.tax else 0 end) * i.quantity)
         from dtb_order_item i where i.order_id = o.id and i.order_item_type_id = 4) end as discount,
       case when o.payment_total <> o.subtotal + o.delivery_fee_total + o.charge then (
         select -sum((i.price + case when i.tax_display_type_id = 1 then i.tax else 0 end) * i.quantity)
         from dtb_order_item i where i.order_id = o.id and i.order_item_type_id = 6) end as points_used,
       o.charge as fee, o.tax as tax, o.payment_total as total, coalesce(o.currency_code, 'JPY') as currency,
       case o.order_status_id
         when 1 then 'new' when 3 then 'cancelled' when 4 then 'in_progress' when 5 then 'shipped' when 6 then 'paid'
         when 9 then 'returned'
       end as status,
       case when not exists (select 1 from dtb_shipping d where d.order_id = o.id and d.id <> f.id
                             and coalesce(d.delivery_date, o.create_date) <> coalesce(f.delivery_date, o.create_date))
         then f.delivery_date end as requested_on,
       case when not exists (select 1 from dtb_shipping t where t.order_id = o.id and t.id <> f.id
                             and coalesce(t.delivery_time, '') <> coalesce(f.delivery_time, ''))
         then replace(replace(replace(replace(replace(replace(replace(replace(
           f.delivery_time, '〜', '-'), '～', '-'), '~', '-'), '－', '-'), '\:00', ''), '：00', ''), '時', ''), ' ', '')
       end as requested_slot,
       trim(concat(f.name01, ' ', f.name02)) as ship_to_name, f.postal_code as ship_to_postal_code,
       case when f.pref_id < 10 then concat('JP-0', f.pref_id) when f.pref_id >= 10 then concat('JP-', f.pref_id) end as ship_to_region,
       concat(coalesce(f.addr01, ''), coalesce(f.addr02, '')) as ship_to_address,
       o.update_date as updated_at, o.id as _key
from dtb_order o
left join dtb_shipping f on f.order_id = o.id
left join dtb_shipping e on e.order_id = f.order_id and e.id < f.id
where o.id > :after and e.id is null and o.order_status_id not in (7, 8)
  and (:since is null or o.update_date > :since or o.order_date > :recent
       or exists (select 1 from dtb_shipping c where c.order_id = o.id and c.update_date > :since))
order by o.id
limit :limit
