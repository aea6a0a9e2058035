-- Who:    items.
-- Grain:  order x 商品明細ID.
-- Params: none
select pg_temp.plain_of(o.order_id) as order_id, pg_temp.plain_of(o.item_id) as line_no,
       coalesce(pg_temp.plain_of(o.product_id), o.product_name) as product_id, o.product_name, pg_temp.count_of(o.quantity) as quantity,
       pg_temp.money_of(o.price) as unit_price, pg_temp.money_of(o.tax_rate) as tax_rate,
       case when a.addresses > 1 then a.recipient_no::text end as recipient_no, o._file, o._line
from raw_orders o
left join (
  select order_id, address_id, row_number() over (partition by order_id order by min(_line)) as recipient_no, count(*) over (partition by order_id) as addresses
  from raw_orders where address_id is not null group by order_id, address_id
) a using (order_id, address_id)
order by o._line
