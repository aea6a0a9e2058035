-- Who:    the persons being folded under all their ids.
-- Grain:  person x customer id. Who was merged into another id is no person: their orders are the survivor's.
-- Params: none
create temp table person_id on commit drop as
select t.customer_id as person_id, t.customer_id
from person_to_fold t left join person p using (customer_id)
where coalesce(p.person_id, t.customer_id) = t.customer_id
union
select t.customer_id, m.customer_id
from person_to_fold t
join customers s using (customer_id)
join customers m on m.status = 'merged_into:' || s.customer_id and m.status like 'merged_into:%'
