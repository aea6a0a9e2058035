-- Who:    what kinds of things an order holds: their categories, and their attributes that are neither false nor 0.
-- Grain:  order_id x line_no x trait, named as the folder of its advice below templates/_shared: categories/food, attributes/fragile,
--         attributes/storage_cool (an attribute whose value is a word says the word too).
-- Params: none
select l.order_id, l.line_no, t.trait
from order_lines l
join products p using (product_id)
cross join lateral (
  select 'categories/' || p.category as trait where p.category is not null
  union all
  select 'attributes/' || a.key || case when jsonb_typeof(a.value) = 'string' then '_' || (a.value #>> '{}') else '' end
  from jsonb_each(case when jsonb_typeof(p.attributes) = 'object' then p.attributes end) a
  where a.value not in ('null', 'false', '0')
) t
where l.quantity > coalesce(l.cancelled_quantity, 0)
