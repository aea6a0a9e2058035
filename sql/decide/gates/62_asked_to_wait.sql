-- Stops:  service and marketing to someone who asked for a pause (30 days) on the preference page.
-- Reason: asked_to_wait. Class: S, M. Deferred until the pause ends.
-- Params: as_of
update candidate c
set verdict = 'waiting', reason = 'asked_to_wait', detail = jsonb_build_object('until', f.paused_until), recheck_at = f.paused_until
from contactable k join preference f on f.customer_id = k.recipient ->> 'customer_id'
where c.verdict is null and c.class in ('S', 'M') and k.customer_id = c.customer_id and f.paused_until > :as_of
