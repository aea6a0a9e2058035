-- Who:    touchpoints with candidates that the ledger has under another id, or that were due too long ago.
-- Grain:  touchpoint.
-- Params: none
select touchpoint, count(*) filter (where reason = 'told_before') as told_before, count(*) filter (where verdict = 'expired') as too_late
from candidate
where reason = 'told_before' or verdict = 'expired'
group by touchpoint order by touchpoint
