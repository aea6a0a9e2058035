-- Who:    what every chunk left, to be arbitrated together: caps are counted once. Members of a plan alone where one is given.
-- Params: backfill_id
insert into candidate
select k.* from kept_candidate k
where cast(:backfill_id as text) is null
   or exists (select from backfill_member m where m.backfill_id = :backfill_id and m.touchpoint = k.touchpoint and m.subject_id = k.subject_id)
