-- Who:    batches without proof either way, and what may be done about each now.
-- Grain:  batch. `events`: none (this provider never told of a message of ours), early, due, or overdue.
-- Params: channel, provider, repost_seconds, horizon_seconds, event_seconds
select batch_id, fence, class,
       clock_timestamp() < first_posted_at + make_interval(secs => :repost_seconds) as may_repost,
       clock_timestamp() > last_posted_at + make_interval(secs => :horizon_seconds) as may_ask,
       case
         when not told.ever then 'none'
         when clock_timestamp() < last_posted_at + make_interval(secs => :event_seconds) then 'early'
         when clock_timestamp() < last_posted_at + 2 * make_interval(secs => :event_seconds) then 'due'
         else 'overdue'
       end as events
from batch
cross join (
  select exists (select from feedback where provider = :provider and channel = :channel and message_key is not null) as ever
) told
where state = 'unknown' and channel = :channel and provider = :provider
order by class desc, first_posted_at, batch_id
