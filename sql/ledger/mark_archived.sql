-- Who:    batches whose bytes are in the archive.
-- Params: batch_ids
update batch set archived_at = clock_timestamp() where batch_id = any(cast(:batch_ids as uuid[]))
