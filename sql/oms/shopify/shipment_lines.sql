-- Who:    what a parcel holds, where its fulfilment is one parcel: nobody says which of several holds what.
-- Grain:  parcel x line item.
-- Params: none
select l.fulfilment_id as shipment_id, l.line_id as line_no, l.quantity::text as quantity, l._file, l._line
from fulfilment_line l
join newest_fulfilment f using (fulfilment_id)
where l.quantity > 0 and coalesce(jsonb_array_length(f.parcels), 0) < 2
