-- Who:    template: the columns of a select, without a row.
-- Params: none
select * from ({select}) as page limit 0
