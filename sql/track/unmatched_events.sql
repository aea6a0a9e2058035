-- Who:    new scans of numbers no shipment has. They wait: the shipment's load folds them.
-- Grain:  one row, a count.
-- Params: since
select count(*)
from tracking_events e
where e.load_id > :since
  and not exists (select from shipments s where s.carrier = e.carrier and s.tracking_number = e.tracking_number)
