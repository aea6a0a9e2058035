-- Who:    what is in each parcel; cancelled quantities are in none.
-- Grain:  (shipment, line_no).
-- Params: clock
select 'TD' || lpad(i::text, 8, '0') || '-' || ship_no as shipment_id, line_no, quantity - cancelled_quantity as quantity
from base_parcels join base_lines using (i, ship_no)
where shipped_at - interval '7 hours' <= (:clock)::timestamptz and quantity > cancelled_quantity
order by i, ship_no, line_no
