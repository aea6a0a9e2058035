-- Stops:  addresses that bounced for good or complained (all classes), or opted out of marketing (M); for merged customers those
--         of every id of the person.
-- Reason: suppressed. Class: all | M.
-- Params: none
update candidate c
set verdict = 'dropped', reason = 'suppressed', detail = jsonb_build_object('scope', s.scope, 'why', s.reason, 'at', s.at)
from (
  select touchpoint, subject_id, address_key from candidate
  union all
  select d.touchpoint, d.subject_id, p.address_key from candidate d join same_person p using (customer_id)
) a
join suppression s using (address_key)
where c.verdict is null and a.touchpoint = c.touchpoint and a.subject_id = c.subject_id and (s.scope = 'all' or c.class = 'M')
