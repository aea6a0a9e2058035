-- Who:    copies for colleagues, which the sum of the ledger leaves out.
-- Grain:  state.
-- Params: none
select state, count(*) as n from message where seed group by state order by state
