-- Stops:  "nothing new" (on_the_way, order_waiting) where any other message of the same order leaves, or waits to leave, this hour;
--         marketing is no news of an order.
-- Reason: other_news. Class: T. Deferred: where the other one is accepted, the silence it broke is over and this is due no more.
-- Params: as_of
update candidate c
set verdict = 'waiting', reason = 'other_news', detail = jsonb_build_object('touchpoint', o.touchpoint), recheck_at = :as_of + interval '1 hour'
from (
  select order_id, min(touchpoint) as touchpoint
  from candidate
  where touchpoint not in ('on_the_way', 'order_waiting') and class <> 'M' and (verdict is null or verdict in ('waiting', 'approval')) and order_id is not null
  group by order_id
) o
where c.verdict is null and c.touchpoint in ('on_the_way', 'order_waiting') and o.order_id = c.order_id
