-- Effect: parcels: of half the orders before the hour, of a quarter in it.
-- Params: clock, hour
create temp table delta_shipments on commit drop as
select r.*
from bench.copied_order b
join shipments s using (shipment_id)
cross join lateral jsonb_populate_record(s, jsonb_build_object(
  'shipment_id', b.new_id || '-1', 'order_id', b.new_id, 'tracking_number', '7' || lpad(b.i::text, 11, '0'), 'delivered_at', null,
  'promised_on', (:clock + interval '3 days')::date,
  'shipped_at', :clock + case when :hour then interval '15 minutes' else interval '-1 day' end,
  'updated_at', :clock + case when :hour then interval '15 minutes' else interval '-1 day' end)) r
where b.kind = case when :hour then 'handed_over' else 'arrived' end
