-- Who:    customers written to in the last 30 days, and how many of them a full extract no longer has. Guests are in no extract.
-- Why:    what was planned before a person resumed such a hold is not counted again.
-- Params: as_of, ids
select count(*) as known, count(*) filter (where s.customer_id is null) as vanished
from (
  select distinct customer_id from message
  where not starts_with(customer_id, 'guest:') and planned_at > :as_of - interval '30 days'
    and planned_at > coalesce((select max(as_of) from hold where kind = 'vanished' and resumed_at is not null), '-infinity')
) m
left join (select distinct unnest(cast(:ids as text[])) as customer_id) s using (customer_id)
