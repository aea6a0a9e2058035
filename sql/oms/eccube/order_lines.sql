-- Who:    what was bought: lines of type 商品 (1). Postage, fees, discounts, tax and points are lines too, and no goods.
-- Grain:  line of an order. Read for exactly the orders of orders.sql: a line that is gone goes with its order's next reading.
-- Key:    dtb_order_item.id
-- Why:    price has no tax where tax_display_type is 1 (税抜); tax is that of one piece. Goods are known by their product, their
--         name says which class of it.
-- Params: after, limit, since, recent
select coalesce(nullif(o.order_no, ''), concat(o.id, '')) as order_id, i.id as line_no,
       coalesce(concat(i.product_id, ''), nullif(i.product_code, ''), concat('line-', i.id)) as product_id,
       trim(concat(i.product_name, ' ', coalesce(i.class_category_name1, ''), ' ', coalesce(i.class_category_name2, ''))) as product_name,
       i.quantity as quantity, i.price + case when i.tax_display_type_id = 1 then i.tax else 0 end as unit_price,
       cast(i.tax_rate / 100 as decimal(5, 2)) as tax_rate, i.shipping_id as recipient_no, i.id as _key
from dtb_order_item i
join dtb_order o on o.id = i.order_id
where i.id > :after and i.order_item_type_id = 1 and i.quantity > 0 and o.order_status_id not in (7, 8)
  and (:since is null or o.update_date > :since or o.order_date > :recent
       or exists (select 1 from dtb_shipping c where c.order_id = o.id and c.update_date > :since))
order by i.id
limit :limit
