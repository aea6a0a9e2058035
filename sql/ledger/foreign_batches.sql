-- Who:    batches some worker is posting at this moment.
-- Grain:  one row, their number.
-- Params: channel
select count(*) from batch where state = 'posting' and channel = :channel
