-- Effect: what this hour's messages told counts as told (as ledger/tell does when a provider took them).
-- Params: as_of, run_id
insert into own_told as t (order_id, until_on, from_on, cause, told_at, times, content)
select distinct on (m.order_id) m.order_id, (m.context -> 'tells' ->> 'until_on')::date, (m.context -> 'tells' ->> 'from_on')::date,
       m.context -> 'tells' ->> 'cause', :as_of, coalesce(r.times, 0) + 1, coalesce(nullif(m.context -> 'tells' -> 'content', 'null'), r.content)
from own_message m
left join told r using (order_id)
where m.run_id = :run_id and m.state = 'planned' and m.order_id is not null and jsonb_typeof(m.context -> 'tells') = 'object'
order by m.order_id, m.due_at desc, m.priority
on conflict (order_id) do update
set until_on = excluded.until_on, from_on = excluded.from_on, cause = excluded.cause, told_at = excluded.told_at,
    times = excluded.times, content = excluded.content
