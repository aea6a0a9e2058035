-- Who:    parked messages a person found to be sent (in the provider's own log): accepted, and what they told counts as told.
-- Grain:  one row, their number.
-- Params: touchpoint, as_of, by
with accepted as (
  update message set state = 'accepted', reason = 'accepted by ' || :by, state_at = :as_of
  where state = 'parked' and (cast(:touchpoint as text) is null or touchpoint = :touchpoint)
  returning touchpoint, subject_id, order_id, due_at, priority, batch_id
), member as (
  update batch_member b set outcome = 'accepted'
  from accepted a where b.batch_id = a.batch_id and b.touchpoint = a.touchpoint and b.subject_id = a.subject_id
), telling as (
  insert into told as t (order_id, until_on, from_on, cause, told_at, times, content)
  select distinct on (a.order_id) a.order_id, (n.context -> 'tells' ->> 'until_on')::date, (n.context -> 'tells' ->> 'from_on')::date,
         n.context -> 'tells' ->> 'cause', :as_of, 1, nullif(n.context -> 'tells' -> 'content', 'null')
  from accepted a join message_content n using (touchpoint, subject_id)
  where a.order_id is not null and jsonb_typeof(n.context -> 'tells') = 'object'
  order by a.order_id, a.due_at desc, a.priority
  on conflict (order_id) do update
  set until_on = excluded.until_on, from_on = excluded.from_on, cause = excluded.cause, told_at = excluded.told_at,
      times = t.times + 1, content = coalesce(excluded.content, t.content), from_load = current_load()
)
select count(*) from accepted
