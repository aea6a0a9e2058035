-- Who:    customers that were merged, each with every other id of the same person.
-- Grain:  customer_id x same_id, never itself; who was never merged is not here.
-- Why:    a no said under one id, or by the address of one, is a no of the person (suppression is the union). One step: an order
--         system that merges twice points both at the survivor.
-- Params: none
with member as (
  select customer_id, address_key, substr(status, 13) as survivor_id from customers where status like 'merged_into:%'
)
select m.customer_id, s.customer_id as same_id, s.address_key
from member m join customers s on s.customer_id = m.survivor_id
union all
select survivor_id, customer_id, address_key from member
union all
select a.customer_id, b.customer_id, b.address_key
from member a join member b on b.survivor_id = a.survivor_id and b.customer_id <> a.customer_id
