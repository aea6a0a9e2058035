-- Who:    orders, in the currency they were placed in.
-- Grain:  order.
-- Why:    subtotal is what its lines add up to, total what it was less what refunds took back of them; what lies between is discount.
-- Params: none
select o.order_id, nullif(o.d ->> 'customer_id', '0') as customer_id, pg_temp.name_of(o.d -> 'billing') as buyer_name,
       nullif(o.d #>> '{billing,email}', '') as buyer_email, nullif(o.d #>> '{billing,phone}', '') as buyer_phone,
       pg_temp.meta_of(o.d -> 'meta_data', 'wpml_language') #>> '{}' as locale,
       pg_temp.instant_of(o.d ->> 'date_created_gmt') as placed_at, pg_temp.instant_of(o.d ->> 'date_paid_gmt') as paid_at,
       case when o.d ->> 'payment_method' = 'bacs' then 'bank_transfer'
            when o.d ->> 'payment_method' ~ 'konbini|cs$' then 'konbini'
            when o.d ->> 'payment_method' ~ 'cod' then 'cod'
            when o.d ->> 'payment_method' ~ 'stripe|card|cc$|square|woocommerce_payments' then 'card'
            else nullif(o.d ->> 'payment_method', '') end as payment_method,
       trim_scale(s.subtotal)::text as subtotal, trim_scale(s.shipping)::text as shipping_fee,
       trim_scale(greatest(s.subtotal + s.shipping + s.fee - s.total, 0))::text as discount, trim_scale(nullif(s.fee, 0))::text as fee,
       o.d ->> 'total_tax' as tax, trim_scale(s.total)::text as total, o.d ->> 'currency' as currency,
       case o.means when 'shipped' then 'completed' when 'cancelled' then 'cancelled' when 'returned' then 'returned' end as status,
       case when w.day ~ '^\d{8}$' then to_char(to_date(w.day, 'YYYYMMDD'), 'YYYY-MM-DD')
            when w.day ~ '^\d{4}[-/]\d{1,2}[-/]\d{1,2}' then pg_temp.day_of(substring(w.day from '^\d{4}[-/]\d{1,2}[-/]\d{1,2}')) end as requested_on,
       nullif(w.slot, '') as requested_slot,
       case when o.d ->> 'created_via' ~ 'pos' then 'pos' when o.d ->> 'created_via' in ('checkout', 'store-api') then 'web' end as sales_channel,
       pg_temp.name_of(a.a) as ship_to_name, nullif(a.a ->> 'postcode', '') as ship_to_postal_code,
       pg_temp.region_of(a.a ->> 'country', a.a ->> 'state') as ship_to_region,
       nullif(case when a.a ->> 'country' = 'JP' then concat(a.a ->> 'city', a.a ->> 'address_1', ' ' || nullif(a.a ->> 'address_2', ''))
                   else concat_ws(', ', nullif(a.a ->> 'address_1', ''), nullif(a.a ->> 'address_2', ''), nullif(a.a ->> 'city', '')) end, '') as ship_to_address,
       pg_temp.instant_of(o.d ->> 'date_modified_gmt') as updated_at, o._file, o._line
from newest_order o
cross join lateral (
  select case when coalesce(o.d #>> '{shipping,address_1}', '') = '' then o.d -> 'billing' else o.d -> 'shipping' end as a
) a
left join (
  select order_id, sum(unit_price * left_over) as subtotal, sum(refunded) as refunded from newest_line group by order_id
) l using (order_id)
cross join lateral (
  select coalesce(l.subtotal, 0) as subtotal,
         (o.d ->> 'shipping_total')::numeric + (o.d ->> 'shipping_tax')::numeric as shipping,
         (select coalesce(sum(greatest((f.value ->> 'total')::numeric + (f.value ->> 'total_tax')::numeric, 0)), 0)
          from jsonb_array_elements(o.d -> 'fee_lines') f) as fee,
         greatest((o.d ->> 'total')::numeric - coalesce(l.refunded, 0), 0) as total
) s
cross join lateral (
  select coalesce(pg_temp.meta_of(o.d -> 'meta_data', 'wc4jp-delivery-date'), pg_temp.meta_of(o.d -> 'meta_data', 'jckwds_date_ymd'),
                  pg_temp.meta_of(o.d -> 'meta_data', '_delivery_date')) #>> '{}' as day,
         coalesce(pg_temp.meta_of(o.d -> 'meta_data', 'wc4jp-delivery-time-zone'), pg_temp.meta_of(o.d -> 'meta_data', 'jckwds_timeslot')) #>> '{}' as slot
) w
