-- Effect: the lines of each newest order. `left_over`: what edits and refunds left of `quantity`; `tax_rate`: all taxes of the line.
-- Why:    a line the API hands over apart (bulk operation, more lines than a page) names its order, in the same file.
-- Params: none
create temp table newest_line as
with line as (
  select o.order_id, o.d, false as is_rest, l.value as l, o._file, o._line
  from newest_order o cross join jsonb_array_elements(o.d #> '{lineItems,nodes}') l where not o.is_rest
  union all
  select o.order_id, o.d, false, c.l, c._file, c._line
  from (select document::jsonb as l, _file, _line from raw_orders where document like '%"__parentId"%') c
  join newest_order o on o.order_id = split_part(c.l ->> '__parentId', '/', 5) and o._file = c._file and not o.is_rest
  where c.l ->> 'id' like 'gid://shopify/LineItem/%'
  union all
  select o.order_id, o.d, true, l.value, o._file, o._line
  from newest_order o cross join jsonb_array_elements(o.d -> 'line_items') l where o.is_rest
), told as (
  select order_id, is_rest, l, _file, _line,
         case when is_rest then l ->> 'id' else split_part(l ->> 'id', '/', 5) end as line_id,
         case when is_rest then l ->> 'product_id' else split_part(l #>> '{product,id}', '/', 5) end as product_id,
         (l ->> 'quantity')::bigint as quantity,
         coalesce(l ->> 'currentQuantity', l ->> 'current_quantity', l ->> 'quantity')::bigint as current_quantity,
         coalesce(l #>> '{originalUnitPriceSet,presentmentMoney,amount}', l #>> '{price_set,presentment_money,amount}')::numeric as price,
         coalesce(l -> 'taxLines', l -> 'tax_lines') as taxes,
         coalesce(d ->> 'taxesIncluded', d ->> 'taxes_included')::boolean as is_gross,
         coalesce(d ->> 'cancelledAt', d ->> 'cancelled_at') is not null as is_cancelled,
         coalesce(d ->> 'presentmentCurrencyCode', d ->> 'presentment_currency') as currency
  from line
)
select order_id, line_id, coalesce(nullif(product_id, ''), 'line:' || line_id) as product_id, l ->> 'name' as name, quantity,
       case when is_cancelled then quantity else least(current_quantity, quantity) end as left_over, t.rate as tax_rate,
       case when is_gross then price else round(price * (1 + coalesce(t.rate, 0)), pg_temp.digits_of(currency)) end as unit_price,
       _file, _line
from told
cross join lateral (select sum((x.value ->> 'rate')::numeric) as rate from jsonb_array_elements(taxes) x) t
where quantity > 0
