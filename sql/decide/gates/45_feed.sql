-- Stops:  touchpoints whose feeds are closed or stale: their facts cannot be trusted this hour. A feed the source never had
--         (absent) stops nothing: there is nothing to wait for.
-- Reason: feed_<state>. Class: all. Deferred to the next hour.
-- Why:    an order of a further shop front (TODOKE_SOURCES) waits for the feeds of that front alone (orders@rakuten), and for those that
--         tell of everybody's parcels and weather: one marketplace that is down holds no other order.
-- Params: as_of
with shut as materialized (
  select feed, state, reason from feed where state not in ('open', 'absent')
)
update candidate c
set verdict = 'waiting', reason = 'feed_' || f.state, detail = jsonb_build_object('feed', f.feed, 'why', f.reason),
    recheck_at = :as_of + interval '1 hour'
from candidate d
left join lateral (
  select o.source as name from orders o
  where o.order_id = d.order_id and exists (select from shut) and exists (select from feed e where e.feed = 'orders@' || o.source)
) front on true
cross join lateral (
  select s.feed, s.state, s.reason from shut s
  where case when front.name is null then s.feed = any(d.needs)
             else s.feed in (select n || '@' || front.name from unnest(d.needs) n) or (s.feed in ('tracking', 'hazards') and s.feed = any(d.needs)) end
  order by s.feed limit 1
) f
where c.verdict is null and d.touchpoint = c.touchpoint and d.subject_id = c.subject_id
