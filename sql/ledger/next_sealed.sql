-- Who:    the oldest sealed batch of one channel, provider and class that nobody else is looking at.
-- Grain:  at most one batch, locked.
-- Params: channel, provider, class
select batch_id, fence
from batch
where state = 'sealed' and channel = :channel and provider = :provider and class = :class
order by sealed_at, batch_id limit 1
for update skip locked
