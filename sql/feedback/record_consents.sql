-- Effect: yes and no of the preference page become consents, with time and source.
-- Params: ids
with word as (
  select f.feedback_id, w.customer_id, w.channel, w.topic, w.granted, f.at, f.provider
  from feedback f
  cross join lateral jsonb_to_recordset(f.raw -> 'words') w (customer_id text, channel text, topic text, granted boolean)
  where f.kind = 'preference' and f.feedback_id = any(cast(:ids as bigint[])) and jsonb_typeof(f.raw -> 'words') = 'array'
)
insert into consents (customer_id, channel, topic, granted, at, source)
select customer_id, channel, topic, granted, at, 'feedback:' || provider
from word
order by feedback_id
on conflict do nothing
