-- Stops:  service and marketing messages to someone with an open ticket, return, delay or broken parcel.
-- Reason: open_problem. Class: S, M. Deferred until it closes or is 30 days old.
-- Why:    = any(array(...)) reads the problems of these customers alone; a join would read those of everybody.
-- Params: as_of
update candidate c
set verdict = 'waiting', reason = 'open_problem', detail = p.detail, recheck_at = :as_of + interval '1 hour'
from (
  select distinct on (customer_id) customer_id,
         jsonb_build_object('kind', kind, 'reference', reference, 'opened_at', opened_at) as detail
  from open_problem
  where customer_id = any(array(select customer_id from candidate where class in ('S', 'M') and verdict is null))
  order by customer_id, opened_at, reference
) p
where c.verdict is null and c.class in ('S', 'M') and p.customer_id = c.customer_id
