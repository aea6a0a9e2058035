-- Stops:  "nothing new" (on_the_way, order_waiting) where any other message of the same order leaves this hour, waits to leave, or
--         left already; marketing is no news of an order.
-- Reason: other_news. Class: T. Deferred: an hour later it is asked again; on_the_way is due no more then, its silence is over.
-- Params: as_of
update candidate c
set verdict = 'waiting', reason = 'other_news', detail = jsonb_build_object('touchpoint', o.touchpoint), recheck_at = :as_of + interval '1 hour'
from (
  select order_id, min(touchpoint) as touchpoint
  from (
    select order_id, touchpoint
    from candidate
    where class <> 'M' and (verdict is null or verdict in ('waiting', 'approval')) and order_id is not null
    union all
    select m.order_id, m.touchpoint
    from message m
    where m.order_id in (select order_id from candidate where touchpoint in ('on_the_way', 'order_waiting') and planned_at = '9999-01-01Z')
      and m.class <> 'M' and m.planned_at > :as_of - interval '1 hour' and m.state not in ('cancelled', 'expired', 'rejected')
  ) said
  where touchpoint not in ('on_the_way', 'order_waiting')
  group by order_id
) o
where c.verdict is null and c.touchpoint in ('on_the_way', 'order_waiting') and o.order_id = c.order_id
