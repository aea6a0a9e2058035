-- Who:    facts of persons being folded who have ordered nothing, or are another by now.
-- Grain:  person.
-- Params: none
delete from customer_fact f
using person_to_fold t
where t.customer_id = f.customer_id and not exists (select from bought_order b where b.person_id = f.customer_id)
