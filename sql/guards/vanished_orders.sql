-- Who:    orders written to in the last 30 days, and how many of them a full extract no longer has.
-- Why:    what was planned before a person resumed such a hold is not counted again.
-- Params: as_of, ids
select count(*) as known, count(*) filter (where s.order_id is null) as vanished
from (
  select distinct order_id from message
  where order_id is not null and planned_at > :as_of - interval '30 days'
    and planned_at > coalesce((select max(as_of) from hold where kind = 'vanished' and resumed_at is not null), '-infinity')
) m
left join (select distinct unnest(cast(:ids as text[])) as order_id) s using (order_id)
