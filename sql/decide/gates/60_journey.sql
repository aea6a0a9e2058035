-- Stops:  marketing to someone inside a journey of another tool (welcome, cart …).
-- Reason: journey. Class: M. Deferred until they leave it.
-- Params: as_of
update candidate c
set verdict = 'waiting', reason = 'journey', detail = jsonb_build_object('journey', j.journey, 'entered_at', j.entered_at),
    recheck_at = :as_of + interval '1 hour'
from journeys j
where c.verdict is null and c.class = 'M' and j.customer_id = c.customer_id
  and j.entered_at <= :as_of and (j.left_at is null or j.left_at > :as_of)
