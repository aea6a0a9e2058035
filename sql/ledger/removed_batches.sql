-- Who:    sealed batches of channels this installation no longer has: nobody would ever post them.
-- Grain:  batch, locked.
-- Params: channels
select batch_id, fence from batch where state = 'sealed' and channel <> all(cast(:channels as text[])) for update skip locked
