-- Who:    a person stops what leaves: all, one touchpoint or one channel.
-- Params: by, reason, touchpoint, channel
insert into pause (touchpoint, channel, reason, paused_by) values (:touchpoint, :channel, :reason, :by)
