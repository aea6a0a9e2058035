-- Stops:  addresses that bounced for good or complained (all classes), or opted out of marketing (M); for merged customers those
--         of every id of the person.
-- Reason: suppressed. Class: all | M.
-- Why:    transactional messages ask for the address they go to: a dead mailbox does not stop LINE. Service and marketing ask for
--         the e-mail address too, whatever they go by: who complained there wants to hear less, not elsewhere.
-- Params: none
with asked as materialized (
  select touchpoint, subject_id, address_key from candidate
  union all
  select d.touchpoint, d.subject_id, k.address_key from candidate d join contactable k using (customer_id)
  where d.class <> 'T' and d.channel <> 'email'
  union all
  select d.touchpoint, d.subject_id, p.address_key from candidate d join same_person p using (customer_id)
  where d.class <> 'T' or d.channel = 'email'
), found as materialized (
  select a.touchpoint, a.subject_id, s.scope, s.reason, s.at from asked a join suppression s using (address_key)
)
update candidate c
set verdict = 'dropped', reason = 'suppressed', detail = jsonb_build_object('scope', f.scope, 'why', f.reason, 'at', f.at)
from found f
where c.verdict is null and f.touchpoint = c.touchpoint and f.subject_id = c.subject_id and (f.scope = 'all' or c.class = 'M')
