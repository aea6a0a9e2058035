-- Who:    template: each row of a select as one CSV line, in its own order: with its limit it is worked out first.
-- Params: none
select concat_ws(',', {cells}) from ({select}) as page
