-- Who:    what a person stopped and nobody resumed.
-- Params: none
select coalesce(touchpoint, channel, 'everything') as what, reason, paused_by, paused_at from pause where resumed_at is null order by pause_id
