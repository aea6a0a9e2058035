-- Stops:  addresses that bounced for good or complained (all classes), or opted out of marketing (M).
-- Reason: suppressed. Class: all | M.
-- Params: none
update candidate c
set verdict = 'dropped', reason = 'suppressed', detail = jsonb_build_object('scope', s.scope, 'why', s.reason, 'at', s.at)
from suppression s
where c.verdict is null and s.address_key = c.address_key and (s.scope = 'all' or c.class = 'M')
