-- Effect: the lines of each newest order, tax included, and what is left of them. A cancelled order is shown as it was.
-- Params: none
create temp table newest_line as
select o.order_id, l.value ->> 'id' as line_id, coalesce(nullif(l.value ->> 'product_id', '0'), 'line:' || (l.value ->> 'id')) as product_id,
       pg_temp.name_of(l.value ->> 'name') as name, q.quantity,
       case when o.means = 'cancelled' then q.quantity else greatest(q.quantity - coalesce(r.quantity, 0), 0) end as left_over,
       round(q.gross / q.quantity, o.digits) as unit_price,
       case when (l.value ->> 'subtotal')::numeric > 0 then round((l.value ->> 'subtotal_tax')::numeric / (l.value ->> 'subtotal')::numeric, 2) end as tax_rate,
       case when o.means = 'cancelled' then 0 else coalesce(r.amount, 0) end as refunded, o._file, o._line
from newest_order o
cross join jsonb_array_elements(o.d -> 'line_items') l
cross join lateral (
  select trunc((l.value ->> 'quantity')::numeric) as quantity, (l.value ->> 'subtotal')::numeric + (l.value ->> 'subtotal_tax')::numeric as gross
) q
left join refunded_line r on r.order_id = o.order_id and r.line_id = l.value ->> 'id'
where q.quantity > 0
