-- Who:    orders, in the currency the customer saw and paid in (presentment).
-- Grain:  order.
-- Why:    subtotal is what its lines add up to, tax included; what its total has less is discount, what it has more a fee (tip,
--         duties). Cancelled, it is shown as it was: Shopify's current amounts are 0 then. A webhook does not say when money
--         came: paid_at is the order's own instant until the API is asked.
-- Params: none
with told as (
  select o.order_id, o.is_rest, o.d, coalesce(o.d -> 'shippingAddress', o.d -> 'shipping_address') as a,
         coalesce(o.d ->> 'cancelledAt', o.d ->> 'cancelled_at') as cancelled_at,
         coalesce(o.d ->> 'presentmentCurrencyCode', o.d ->> 'presentment_currency') as currency,
         upper(coalesce(o.d ->> 'displayFinancialStatus', o.d ->> 'financial_status')) in ('PAID', 'PARTIALLY_REFUNDED', 'REFUNDED') as is_paid,
         lower(coalesce(o.d #>> '{paymentGatewayNames,0}', o.d #>> '{payment_gateway_names,0}')) as gateway,
         coalesce(o.d -> 'customAttributes', o.d -> 'note_attributes') as noted,
         case when o.is_rest then to_jsonb(string_to_array(nullif(o.d ->> 'tags', ''), ', ')) else o.d -> 'tags' end as tags, o._file, o._line
  from newest_order o
), money as (
  select t.order_id, v.total::numeric as total, v.shipping::numeric as shipping,
         coalesce(t.d #>> '{currentTotalTaxSet,presentmentMoney,amount}', t.d #>> '{current_total_tax_set,presentment_money,amount}')::numeric as tax,
         l.subtotal
  from told t
  left join (select order_id, sum(unit_price * left_over) as subtotal from newest_line group by order_id) l using (order_id)
  cross join lateral (
    select case when t.cancelled_at is null
                then coalesce(t.d #>> '{currentTotalPriceSet,presentmentMoney,amount}', t.d #>> '{current_total_price_set,presentment_money,amount}')
                else coalesce(t.d #>> '{totalPriceSet,presentmentMoney,amount}', t.d #>> '{total_price_set,presentment_money,amount}') end as total,
           case when t.cancelled_at is null
                then coalesce(t.d #>> '{currentShippingPriceSet,presentmentMoney,amount}', t.d #>> '{current_shipping_price_set,presentment_money,amount}',
                              t.d #>> '{total_shipping_price_set,presentment_money,amount}')
                else coalesce(t.d #>> '{totalShippingPriceSet,presentmentMoney,amount}', t.d #>> '{total_shipping_price_set,presentment_money,amount}') end as shipping
  ) v
), sums as (
  select order_id, tax, total, subtotal, shipping + case when more between 0 and shipping * 0.3 then more else 0 end as shipping
  from (select m.*, m.total - m.subtotal - m.shipping as more from money m) m
), wish as (
  select t.order_id,
         max(n.text) filter (where n.name in ('delivery-date', 'delivery_date', '配送希望日', 'お届け希望日', '配達希望日')) as day,
         max(n.text) filter (where n.name in ('delivery-time', 'delivery_time', '配送希望時間', '配送希望時間帯', 'お届け希望時間', 'お届け希望時間帯')) as slot,
         bool_or(n.name in ('gift', 'is_gift', 'gift_note', 'gift_message', 'gift message', 'gift note', 'ギフト', 'のし', 'メッセージカード')
                 and lower(n.text) not in ('', 'false', 'no', '0', 'なし')) as is_gift
  from told t
  cross join lateral (select lower(coalesce(v.value ->> 'key', v.value ->> 'name')) as name, v.value ->> 'value' as text from jsonb_array_elements(t.noted) v) n
  group by t.order_id
)
select t.order_id, case when t.is_rest then t.d #>> '{customer,id}' else split_part(t.d #>> '{customer,id}', '/', 5) end as customer_id,
       coalesce(pg_temp.name_of(coalesce(t.a ->> 'countryCodeV2', t.a ->> 'country_code'), coalesce(t.d #>> '{customer,lastName}', t.d #>> '{customer,last_name}'),
                                coalesce(t.d #>> '{customer,firstName}', t.d #>> '{customer,first_name}'), null), t.a ->> 'name') as buyer_name,
       t.d ->> 'email' as buyer_email, coalesce(t.d ->> 'phone', t.a ->> 'phone') as buyer_phone,
       coalesce(t.d ->> 'customerLocale', t.d ->> 'customer_locale') as locale,
       coalesce(t.d ->> 'processedAt', t.d ->> 'processed_at') as placed_at,
       case when t.is_paid then coalesce(p.at, t.d ->> 'processedAt', t.d ->> 'processed_at') end as paid_at,
       case when t.gateway ~ 'shopify_payments|credit|card|stripe|クレジット' then 'card'
            when t.gateway ~ 'cash on delivery|代金引換|代引' then 'cod'
            when t.gateway ~ 'konbini|コンビニ' then 'konbini'
            when t.gateway ~ 'bank|銀行' then 'bank_transfer'
            else t.gateway end as payment_method,
       (select min(s.value ->> 'dueAt') from jsonb_array_elements(t.d #> '{paymentTerms,paymentSchedules,nodes}') s where s.value ->> 'completedAt' is null) as payment_due_at,
       trim_scale(m.subtotal)::text as subtotal, trim_scale(m.shipping)::text as shipping_fee,
       trim_scale(greatest(m.subtotal + m.shipping - m.total, 0))::text as discount,
       trim_scale(nullif(greatest(m.total - m.subtotal - m.shipping, 0), 0))::text as fee, trim_scale(m.tax)::text as tax,
       trim_scale(m.total)::text as total, t.currency,
       case when t.cancelled_at is not null then 'cancelled'
            when upper(coalesce(t.d ->> 'displayFulfillmentStatus', t.d ->> 'fulfillment_status')) = 'FULFILLED' then 'fulfilled' end as status,
       case when w.day ~ '^\d{4}[-/]\d{1,2}[-/]\d{1,2}' then pg_temp.day_of(substring(w.day from '^\d{4}[-/]\d{1,2}[-/]\d{1,2}')) end as requested_on, w.slot as requested_slot,
       case when coalesce(w.is_gift, false) or exists (select from jsonb_array_elements_text(t.tags) g where lower(g.value) in ('gift', 'ギフト')) then 'true' else 'false' end as gift,
       case when coalesce(t.d ->> 'sourceName', t.d ->> 'source_name') in ('pos', 'web') then coalesce(t.d ->> 'sourceName', t.d ->> 'source_name') end as sales_channel,
       pg_temp.name_of(coalesce(t.a ->> 'countryCodeV2', t.a ->> 'country_code'), coalesce(t.a ->> 'lastName', t.a ->> 'last_name'),
                       coalesce(t.a ->> 'firstName', t.a ->> 'first_name'), t.a ->> 'name') as ship_to_name,
       t.a ->> 'zip' as ship_to_postal_code,
       pg_temp.region_of(coalesce(t.a ->> 'countryCodeV2', t.a ->> 'country_code'), coalesce(t.a ->> 'provinceCode', t.a ->> 'province_code')) as ship_to_region,
       case when coalesce(t.a ->> 'countryCodeV2', t.a ->> 'country_code') = 'JP'
            then nullif(concat(t.a ->> 'province', t.a ->> 'city', t.a ->> 'address1', ' ' || nullif(t.a ->> 'address2', '')), '')
            else nullif(concat_ws(', ', nullif(t.a ->> 'address1', ''), nullif(t.a ->> 'address2', ''), nullif(t.a ->> 'city', ''), nullif(t.a ->> 'province', '')), '') end as ship_to_address,
       coalesce(split_part(t.d #>> '{retailLocation,id}', '/', 5), t.d ->> 'location_id') as location_id, t.cancelled_at,
       coalesce(t.d ->> 'updatedAt', t.d ->> 'updated_at') as updated_at, t._file, t._line
from told t
join sums m using (order_id)
left join wish w using (order_id)
left join (
  select distinct on (order_id) order_id, at from moved_money where kind in ('sale', 'capture') order by order_id, at::timestamptz desc
) p using (order_id)
