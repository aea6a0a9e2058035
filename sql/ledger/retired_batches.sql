-- Who:    sealed batches of a provider this installation no longer uses: nobody would ever post them.
-- Grain:  batch, locked.
-- Params: channel, provider
select batch_id, fence from batch where state = 'sealed' and channel = :channel and provider <> :provider for update skip locked
