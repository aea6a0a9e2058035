-- Who:    orders whose day of arrival, or content, an accepted message of this batch just told.
-- Grain:  order. Where one batch tells an order twice, the later due message counts.
-- Params: batch_id, as_of
insert into told as t (order_id, until_on, from_on, cause, told_at, times, content)
select distinct on (m.order_id) m.order_id, (n.context -> 'tells' ->> 'until_on')::date, (n.context -> 'tells' ->> 'from_on')::date,
       n.context -> 'tells' ->> 'cause', :as_of, 1, nullif(n.context -> 'tells' -> 'content', 'null')
from batch_member b
join message m using (touchpoint, subject_id)
join message_content n using (touchpoint, subject_id)
where b.batch_id = :batch_id and b.outcome = 'accepted' and m.order_id is not null and jsonb_typeof(n.context -> 'tells') = 'object'
order by m.order_id, m.due_at desc, m.priority
on conflict (order_id) do update
set until_on = excluded.until_on, from_on = excluded.from_on, cause = excluded.cause, told_at = excluded.told_at,
    times = t.times + 1, content = coalesce(excluded.content, t.content), from_load = current_load()
