-- Who:    products. They have no name but their category's.
-- Grain:  product.
-- Params: none
select p.product_id, initcap(replace(coalesce(t.product_category_name_english, p.product_category_name, 'product'), '_', ' ')) as name,
       coalesce(t.product_category_name_english, p.product_category_name) as category, p._file, p._line
from raw_products p
left join raw_categories t using (product_category_name)
