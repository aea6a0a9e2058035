-- Who:    messages planned after :since, and how they stand.
-- Grain:  touchpoint x state x reason.
-- Params: since
select touchpoint, state, case when state in ('accepted', 'held_out') then '' else coalesce(reason, '') end as reason, count(*) as messages
from message
where planned_at > :since
group by 1, 2, 3
order by 1, 2, 3
