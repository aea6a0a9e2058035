-- Who:    what may not leave now, by reason.
-- Grain:  touchpoint x reason.
-- Params: none
select touchpoint, reason, count(*) as n from waiting group by 1, 2 order by 1, 2
