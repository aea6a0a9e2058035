-- Who:    whether another worker holds rows this one could claim.
-- Grain:  one row, true or false.
-- Params: channel, touchpoints_left_out, touchpoints_deferred, subjects_deferred
select exists (
  select from outbox o join message m using (touchpoint, subject_id)
  where m.state = 'planned' and o.channel = :channel
    and (o.not_before_at is null or o.not_before_at <= clock_timestamp())
    and not is_stopped(o.touchpoint, o.channel)
    and o.touchpoint <> all(cast(:touchpoints_left_out as text[]))
    and not exists (select from unnest(cast(:touchpoints_deferred as text[]), cast(:subjects_deferred as text[])) d (touchpoint, subject_id)
                    where d.touchpoint = o.touchpoint and d.subject_id = o.subject_id))
