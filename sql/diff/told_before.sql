-- Effect: what had been told of them before the first of these hours.
-- Params: none
insert into own_told select t.* from recorded_told t join retold using (order_id)
