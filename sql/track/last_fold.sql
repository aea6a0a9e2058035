-- Who:    the newest load an earlier fold has seen to (0 before the first), the business time it looked from, and this fold's.
-- Grain:  one row.
-- Params: none
select coalesce(max(load_id), 0) as load_id, max(as_of) as as_of, business_now() as now
from load where kind = 'fold' and load_id < current_load()
