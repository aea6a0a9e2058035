-- Who:    whether messages that fell back onto a channel wait there.
-- Grain:  one row, true or false.
-- Params: channel
select exists (
  select from outbox o join message m using (touchpoint, subject_id)
  where o.channel = :channel and m.state = 'planned' and m.fell_back_from is not null)
