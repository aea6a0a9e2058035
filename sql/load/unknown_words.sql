-- Who:    new scans whose word no carrier table maps: counted and shown, never guessed.
-- Grain:  carrier's word.
-- Params: none
select raw_status as word, count(*) as scans from tracking_events
where load_id = current_load() and status = 'unknown'
group by raw_status order by raw_status
