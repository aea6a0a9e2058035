-- Effect: what this version told, and what orders had been told before that the record told more in these hours.
-- Grain:  order.
-- Params: none
create temporary table own_told as select * from recorded_told where false
