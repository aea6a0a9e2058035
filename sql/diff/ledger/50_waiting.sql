-- Effect: what waits under this version: at first what waited in the record before the first of these hours.
-- Grain:  touchpoint x subject.
-- Params: none
create temporary table waiting as select * from waiting
