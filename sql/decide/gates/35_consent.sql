-- Stops:  marketing without consent on record, and service or marketing whose own topic was opted out of. A no said under
--         another id of a merged customer counts; a guest's yes is that of the order it was given with, or of an earlier one.
-- Reason: no_consent | opted_out. Class: M | S, M.
-- Why:    `= any(array(…))` reaches into the views: only these people's words are read, be they a claim's hundred or a million.
-- Params: none
with yes as materialized (
  select customer_id, granted_at from marketing_consent
  where customer_id = any(array(select customer_id from candidate where class = 'M' and verdict is null))
), refused as materialized (
  select customer_id, topic from refused_as_another
  where customer_id = any(array(select customer_id from candidate where class in ('S', 'M') and verdict is null))
), opted_out as materialized (
  select customer_id, topic from consent_now
  where customer_id = any(array(select customer_id from candidate where class in ('S', 'M') and verdict is null)) and not granted
  union
  select customer_id, topic from refused
), asked as (
  select d.touchpoint, d.subject_id,
         case
           when d.class = 'M' and (y.customer_id is null
                                   or d.customer_id like 'guest:%' and o.placed_at > y.granted_at + interval '1 hour'
                                   or (d.customer_id, 'marketing') in (select customer_id, topic from refused)) then 'no_consent'
           when (d.customer_id, d.touchpoint) in (select customer_id, topic from opted_out) then 'opted_out'
         end as reason
  from candidate d
  left join yes y using (customer_id)
  left join orders o on o.order_id = d.order_id
  where d.class in ('S', 'M') and d.verdict is null
)
update candidate c
set verdict = 'dropped', reason = r.reason, detail = jsonb_build_object('class', c.class, 'topic', c.touchpoint)
from asked r
where c.verdict is null and r.touchpoint = c.touchpoint and r.subject_id = c.subject_id and r.reason is not null
