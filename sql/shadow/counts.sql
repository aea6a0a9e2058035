-- Who:    how the shadow compares, counted. {compared} is sql/shadow/compared.sql.
-- Grain:  touchpoint x outcome.
-- Params: none
select touchpoint, outcome, count(*) as n from ({compared}) c group by touchpoint, outcome order by touchpoint, outcome
