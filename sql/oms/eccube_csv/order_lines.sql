-- Who:    what was ordered; 送料, 手数料, 割引 and ポイント are items too, and part of the order's sums.
-- Grain:  order x item.
-- Why:    価格 of 商品 is without tax. EC-CUBE rounds the tax of a piece to whole yen as its tax rule says, by default half up.
-- Params: none
select coalesce(pg_temp.plain_of(o.number), pg_temp.plain_of(o.id)) as order_id, pg_temp.plain_of(o.item_id) as line_no,
       coalesce(pg_temp.plain_of(o.product_id), pg_temp.plain_of(o.product_code), o.product_name) as product_id,
       concat(o.product_name, ' (' || nullif(concat_ws(' / ', o.variant_1, o.variant_2), '') || ')') as product_name,
       pg_temp.count_of(o.quantity) as quantity,
       coalesce(round(pg_temp.amount_of(o.price) * (100 + coalesce(pg_temp.amount_of(o.tax_rate), 0)) / 100)::text, o.price) as unit_price,
       pg_temp.money_of(o.tax_rate) as tax_rate,
       case when s.shippings > 1 then s.recipient_no::text end as recipient_no, o._file, o._line
from raw_orders o
left join (
  select id, shipping_id, row_number() over (partition by id order by min(_line)) as recipient_no, count(*) over (partition by id) as shippings
  from raw_orders where shipping_id is not null group by id, shipping_id
) s using (id, shipping_id)
where o.item_kind in ('1', '商品')
order by o._line
