-- Stops:  news of an order that came to us as history: first loaded long after it was placed, and not with the shop's first load. What
--         falls due after it came is told all the same, unless it is owed (class T) and the promised day had passed by then.
-- Reason: history. Class: all.
-- Why:    an import of old orders is not a month of events: floors know when a touchpoint began, not when an order became known.
-- Params: history_days
update candidate c
set verdict = 'expired', reason = 'history', detail = jsonb_build_object('placed_at', o.placed_at, 'first_known_at', o.known_at)
from (
  select distinct on (v.order_id) v.order_id, v.placed_at, v.promised_on, v.from_load, l.as_of as known_at
  from order_version v join load l on l.load_id = v.from_load
  where v.order_id = any(array(select distinct order_id from candidate where verdict is null))
  order by v.order_id, v.from_load
) o
where c.verdict is null and c.order_id = o.order_id and o.known_at > o.placed_at + make_interval(days => :history_days)
  and (c.due_at <= o.known_at or (c.class = 'T' and o.promised_on < (o.known_at at time zone c.zone)::date))
  and exists (select from load l where l.kind = 'merge' and l.load_id < o.from_load)
