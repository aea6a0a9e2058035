-- Who:    new scans whose word no carrier table maps: counted and shown, never guessed.
-- Grain:  carrier's word.
-- Why:    a word that is known to tell nothing (a number not registered yet) has a reason.
-- Params: none
select raw_status as word, count(*) as scans from tracking_events
where load_id = current_load() and status = 'unknown' and reason is null
group by raw_status order by raw_status
