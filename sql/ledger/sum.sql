-- Who:    the ledger.
-- Grain:  touchpoint x state.
-- Params: none
select touchpoint, state, count(*) as n from message group by touchpoint, state order by touchpoint, state
