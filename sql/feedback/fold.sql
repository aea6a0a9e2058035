-- Who:    messages a provider spoke of, each with the furthest it got.
-- Grain:  message key of :keys.
-- Why:    a maximum does not care in which order events come, nor how often (queued < sent < failed < delivered; bounced,
--         unsubscribed and complained absorb). An out-of-office note is a late `failed`: it does not undo `delivered`.
--         Whatever a provider knows of our key, it took: `was_taken` settles an unknown outcome. On the channel it is asked
--         for: a message that fell back has one key on both.
-- Params: keys, channel
select message_key,
       (array['queued', 'sent', 'failed', 'delivered', 'bounced', 'unsubscribed', 'complained'])[max(place)] as state,
       min(at) filter (where kind = 'delivered') as delivered_at,
       min(at) filter (where kind = 'opened') as opened_at,
       min(at) filter (where kind = 'clicked') as clicked_at,
       bool_or(kind <> 'unknown') as was_taken,
       count(*) as events
from (
  select *, array_position(array['queued', 'sent', 'failed', 'delivered', 'bounced', 'unsubscribed', 'complained'], kind) as place
  from feedback
) f
where message_key = any(cast(:keys as uuid[])) and channel = :channel
group by message_key
