-- Who:    hours that were decided, with all their decisions were a function of. Runs of one notice are not hours.
-- Grain:  run. The newest first.
-- Params: from_at, until_at, most
select run_id, as_of, load_id, windows, inputs, rulebook, cast(seen as text) as seen
from run
where plan_id is null and as_of > :from_at and as_of <= :until_at
order by decided_at desc
limit :most
