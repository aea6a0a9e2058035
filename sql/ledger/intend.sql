-- Who:    a batch about to be posted: the write-ahead intent, committed before the socket opens.
-- Effect: next fence, lease by the database's clock.
-- Params: batch_id, fence, worker, lease_seconds
update batch
set state = 'posting', fence = fence + 1, worker = :worker, lease_until = clock_timestamp() + make_interval(secs => :lease_seconds),
    first_posted_at = coalesce(first_posted_at, clock_timestamp()), last_posted_at = clock_timestamp()
where batch_id = :batch_id and fence = :fence and state in ('sealed', 'unknown')
returning fence, body, body_hash
