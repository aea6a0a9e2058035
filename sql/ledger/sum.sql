-- Who:    the ledger, without copies for colleagues (ledger/seeds).
-- Grain:  touchpoint x state.
-- Params: none
select touchpoint, state, count(*) as n from message where not seed group by touchpoint, state order by touchpoint, state
