-- Who:    batches without proof either way, and what may be done about each now.
-- Grain:  batch.
-- Why:    what no event speaks of was not taken only where events would have spoken of it: the provider said "sent" of a
--         message of ours that it took after the last post of this batch ended. Deliveries and opens are no such sign: they
--         may be all a shop subscribed to. Until that sign comes, and for two horizons at most, events are early.
-- Params: channel, provider, repost_seconds, post_seconds, horizon_seconds, event_seconds
select batch_id, fence, class,
       clock_timestamp() < first_posted_at + make_interval(secs => :repost_seconds) as may_repost,
       clock_timestamp() > last_posted_at + make_interval(secs => :horizon_seconds) as may_ask,
       case
         when heard.until is null then 'none'
         when clock_timestamp() < last_posted_at + make_interval(secs => :event_seconds) then 'early'
         when heard.until > last_posted_at + make_interval(secs => :post_seconds) then 'complete'
         when clock_timestamp() < last_posted_at + 2 * make_interval(secs => :event_seconds) then 'early'
         else 'none'
       end as events
from batch
cross join (
  select max(at) as until from feedback
  where provider = :provider and channel = :channel and kind in ('queued', 'sent') and message_key is not null
) heard
where state = 'unknown' and channel = :channel and provider = :provider
order by class desc, first_posted_at, batch_id
