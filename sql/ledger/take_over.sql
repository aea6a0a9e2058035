-- Who:    batches whose worker is gone: its lease ended by the database's clock.
-- Effect: in doubt, next fence; the old worker's acknowledgement is void from here on.
-- Params: none
update batch
set state = 'unknown', fence = fence + 1, lease_until = null, outcome = '{"unknown": "the worker that posted it did not come back"}'
where batch_id in (select batch_id from batch where state = 'posting' and lease_until < clock_timestamp() for update skip locked)
returning batch_id
