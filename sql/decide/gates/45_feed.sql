-- Stops:  touchpoints whose feeds are closed or stale: their facts cannot be trusted this hour. A feed the source never had
--         (absent) stops nothing: there is nothing to wait for.
-- Reason: feed_<state>. Class: all. Deferred to the next hour.
-- Params: as_of
update candidate c
set verdict = 'waiting', reason = 'feed_' || f.state, detail = jsonb_build_object('feed', f.feed, 'why', f.reason),
    recheck_at = :as_of + interval '1 hour'
from candidate d
cross join lateral (
  select feed, state, reason from feed where feed = any(d.needs) and state not in ('open', 'absent') order by feed limit 1
) f
where c.verdict is null and d.touchpoint = c.touchpoint and d.subject_id = c.subject_id
