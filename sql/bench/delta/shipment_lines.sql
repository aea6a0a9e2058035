-- Effect: what lies in these parcels.
-- Params: hour
create temp table delta_shipment_lines on commit drop as
select r.*
from bench.copied_order b
join shipment_lines l using (shipment_id)
cross join lateral jsonb_populate_record(l, jsonb_build_object('shipment_id', b.new_id || '-1')) r
where b.kind = case when :hour then 'handed_over' else 'arrived' end
