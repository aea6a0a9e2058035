-- Who:    the assortment; one product is sold out.
-- Grain:  product.
-- Params: none
select product_id, name, category, attributes, price, (product_id <> 'MKE-302')::text as in_stock,
       'https://shop.invalid/products/' || product_id as url, 'https://shop.invalid/images/' || product_id || '.jpg' as image_url,
       consumption_days, howto_url, warranty_months, maintenance_days, replace_after_months, reviewable_after_days
from base_products
order by n
