-- Who:    batches without proof either way, and what may be done about each now.
-- Grain:  batch.
-- Params: channel, provider, repost_seconds, horizon_seconds
select batch_id, fence, class,
       clock_timestamp() < first_posted_at + make_interval(secs => :repost_seconds) as may_repost,
       clock_timestamp() > last_posted_at + make_interval(secs => :horizon_seconds) as may_ask
from batch
where state = 'unknown' and channel = :channel and provider = :provider
order by class desc, first_posted_at, batch_id
