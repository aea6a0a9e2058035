-- Who:    products. Price: of the cheapest variant, in the shop's currency. Archived and draft ones are not in stock.
-- Grain:  product.
-- Params: none
select split_part(d ->> 'id', '/', 5) as product_id, d ->> 'title' as name, nullif(d ->> 'productType', '') as category,
       case when jsonb_array_length(d -> 'tags') > 0 then jsonb_build_object('tags', d -> 'tags')::text end as attributes,
       d #>> '{priceRangeV2,minVariantPrice,amount}' as price,
       case when d ->> 'status' <> 'ACTIVE' then 'false'
            when (d ->> 'tracksInventory')::boolean and (d ->> 'totalInventory')::bigint <= 0 then 'false' else 'true' end as in_stock,
       d ->> 'onlineStoreUrl' as url, d #>> '{featuredMedia,preview,image,url}' as image_url, _file, _line
from (select document::jsonb as d, _file, _line from raw_products) r
where d ->> 'id' like 'gid://shopify/Product/%'
