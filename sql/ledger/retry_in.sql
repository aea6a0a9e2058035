-- Who:    seconds until the provider allows the next attempt on this channel; null where nothing waits for it.
-- Params: channel
select extract(epoch from min(not_before_at) - clock_timestamp())::float8
from outbox
where channel = :channel and not_before_at > clock_timestamp() and not is_stopped(touchpoint, channel)
