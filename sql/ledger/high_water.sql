-- Who:    how far the ledger has come: kept outside the database too, so that a restored backup is noticed.
-- Grain:  one row.
-- Params: none
select count(*) as messages, coalesce(max(planned_load), 0) as planned_load,
       (select run_id from run order by decided_at desc limit 1) as run_id
from message
