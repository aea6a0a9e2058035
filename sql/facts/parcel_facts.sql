-- Who:    every parcel with its contents, as messages and pages show it.
-- Grain:  shipment_id.
-- Why:    contents are null where the source gives none: unknown is a value.
-- Params: none
select p.shipment_id, p.order_id, p.shipped_at, p.delivered_at, p.returned_at, p.eta_on,
       jsonb_build_object(
         'shipment_id', p.shipment_id, 'carrier', p.carrier, 'tracking_number', p.tracking_number,
         'status', case when p.returned_at is not null then 'returned'
                        when p.delivered_at is not null then 'delivered'
                        when p.problem_at is not null then 'exception'
                        when p.out_for_delivery_at is not null
                             and p.out_for_delivery_at > coalesce(p.attempt_failed_at, '-infinity') then 'out_for_delivery'
                        when p.attempt_failed_at is not null then 'attempt_failed'
                        when p.shipped_at is not null then 'in_transit'
                        else 'label_created' end,
         'eta_on', coalesce(p.eta_on, p.promised_on), 'shipped_at', p.shipped_at, 'delivered_at', p.delivered_at,
         'items', (select coalesce(jsonb_agg(jsonb_build_object('name', coalesce(l.product_name, pr.name, l.product_id),
                                                               'quantity', s.quantity) order by s.line_no), '[]')
                   from shipment_lines s
                   join order_lines l on l.order_id = p.order_id and l.line_no = s.line_no
                   left join products pr using (product_id)
                   where s.shipment_id = p.shipment_id)
       ) as parcel
from parcel p
