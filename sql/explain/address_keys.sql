-- Who:    the keys of a person's addresses: bounces, complaints and words of bare addresses are kept under them.
-- Params: customer_ids
select distinct a.key
from customers c cross join lateral (values (c.address_key), (c.line_key), (c.phone_key), (c.push_key)) a (key)
where c.customer_id = any(cast(:customer_ids as text[])) and a.key is not null
