-- Who:    every day of arrival one order was ever given, by whom, in the order it was said.
-- Grain:  order (x parcel) x kind x version.
-- Params: order_id
select kind, shipment_id, said_at, from_on, until_on, source
from date_version
where order_id = :order_id
order by said_at, kind, shipment_id
