-- Who:    candidates of the window to come that no gate asked so far has stopped: how many fall due on which day.
-- Grain:  touchpoint x day in the shop's zone.
-- Params: zone, since, until
select touchpoint, (due_at at time zone :zone)::date as day, count(*) as expected
from candidate
where verdict is null and due_at > :since and due_at <= :until
group by 1, 2
order by 1, 2
