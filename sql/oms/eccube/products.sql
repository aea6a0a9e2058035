-- Who:    products, those no longer shown too: old orders hold them.
-- Grain:  product. In stock: any of its classes is.
-- Key:    dtb_product.id
-- Why:    read whole every hour: stock changes without a time of change. No price: price02 is before a tax that depends on
--         rules and days.
-- Params: after, limit
select p.id as product_id, p.name as name,
       (select k.category_name from dtb_product_category l join dtb_category k on k.id = l.category_id
        where l.product_id = p.id order by k.hierarchy desc, k.id limit 1) as category,
       case when p.product_status_id = 1 and exists (
              select 1 from dtb_product_class s where s.product_id = p.id and s.visible and (s.stock_unlimited or s.stock > 0))
         then 'true' else 'false' end as in_stock,
       p.id as _key
from dtb_product p
where p.id > :after
order by p.id
limit :limit
