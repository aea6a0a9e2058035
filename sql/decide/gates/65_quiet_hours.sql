-- Stops:  service and marketing on any channel, and transactional SMS, LINE and push, between 21:00 and 08:00 of the customer's zone.
-- Reason: quiet_hours. Class: S, M; T on loud channels. Deferred to 08:00. E-mail of class T is exempt, as are parcels at the door.
-- Params: as_of
update candidate c
set verdict = 'waiting', reason = 'quiet_hours', detail = jsonb_build_object('local_time', l.local::time(0), 'zone', c.zone),
    recheck_at = (l.local::date + case when l.local::time >= time '21:00' then 1 else 0 end + time '08:00') at time zone c.zone
from candidate d
cross join lateral (select :as_of at time zone d.zone as local) l
where c.verdict is null and d.touchpoint = c.touchpoint and d.subject_id = c.subject_id
  and (l.local::time >= time '21:00' or l.local::time < time '08:00')
  and (c.class in ('S', 'M')
       or (c.channel in ('sms', 'line', 'push') and c.touchpoint not in ('out_for_delivery', 'delivery_attempted')))
