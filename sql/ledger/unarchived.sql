-- Who:    finished batches with at least one accepted message whose bytes are not in the archive yet.
-- Grain:  batch.
-- Params: limit
select batch_id, body, body_hash from batch
where state = 'done' and archived_at is null
order by batch_id limit :limit
