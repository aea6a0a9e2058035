-- Who:    what the next line of a basket is.
-- Grain:  (is_beauty, slot), a product repeated by its weight.
-- Params: none
create temp table base_product_slots as
select is_beauty, row_number() over (partition by is_beauty order by n, copy) - 1 as slot,
       count(*) over (partition by is_beauty) as slots, n as product
from base_products cross join (values (false), (true)) as week (is_beauty)
cross join lateral generate_series(1, case when is_beauty then beauty_weight else weight end) as copy
