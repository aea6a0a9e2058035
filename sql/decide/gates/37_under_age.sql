-- Stops:  marketing of restricted goods (products.attributes.min_age) to whoever is not known to be old enough today.
-- Reason: under_age. Class: M.
-- Why:    goods of the message's order, and the product it names. No birthday proves no age.
-- Params: as_of
update candidate c
set verdict = 'dropped', reason = 'under_age', detail = jsonb_build_object('min_age', g.min_age)
from candidate d
cross join lateral (
  select max((p.attributes ->> 'min_age')::integer) as min_age
  from products p
  where jsonb_typeof(p.attributes -> 'min_age') = 'number'
    and (p.product_id = d.context ->> 'product_id'
         or p.product_id in (select l.product_id from order_lines l where l.order_id = d.order_id and d.context ->> 'product_id' is null))
) g
left join contactable k using (customer_id)
where c.verdict is null and d.class = 'M' and d.touchpoint = c.touchpoint and d.subject_id = c.subject_id
  and g.min_age is not null
  and not coalesce(k.birthday + make_interval(years => g.min_age) <= (:as_of at time zone d.zone), false)
