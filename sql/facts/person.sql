-- Who:    every customer id with the id of the person behind it: who was merged into another id is that one.
-- Grain:  customer_id.
-- Why:    merged into an id nobody knows stays who they were. One step: an order system that merges twice points both at the survivor.
-- Params: none
select c.customer_id,
       case when c.status like 'merged_into:%' and exists (select from customers s where s.customer_id = substr(c.status, 13))
            then substr(c.status, 13) else c.customer_id end as person_id
from customers c
