-- Who:    every parcel with its contents, as messages and pages show it.
-- Grain:  shipment_id.
-- Why:    contents are null where the source gives none: unknown is a value. What is dated later than business time has not
--         happened yet: a snapshot knows it already.
-- Params: none
select p.shipment_id, p.order_id, p.shipped_at, p.delivered_at, p.returned_at, p.eta_on,
       jsonb_build_object(
         'shipment_id', p.shipment_id, 'carrier', p.carrier, 'tracking_number', p.tracking_number,
         'status', case when p.returned_at <= business_now() then 'returned'
                        when p.delivered_at <= business_now() then 'delivered'
                        when p.problem_at <= business_now() then 'exception'
                        when p.out_for_delivery_at <= business_now()
                             and p.out_for_delivery_at > coalesce(p.attempt_failed_at, '-infinity') then 'out_for_delivery'
                        when p.attempt_failed_at <= business_now() then 'attempt_failed'
                        when p.shipped_at <= business_now() then 'in_transit'
                        else 'label_created' end,
         'eta_on', coalesce(p.eta_on, p.promised_on), 'shipped_at', case when p.shipped_at <= business_now() then p.shipped_at end,
         'delivered_at', case when p.delivered_at <= business_now() then p.delivered_at end,
         'items', (select coalesce(jsonb_agg(jsonb_build_object('name', coalesce(l.product_name, pr.name, l.product_id),
                                                               'quantity', s.quantity) order by s.line_no), '[]')
                   from shipment_lines s
                   join order_lines l on l.order_id = p.order_id and l.line_no = s.line_no
                   left join products pr using (product_id)
                   where s.shipment_id = p.shipment_id)
       ) as parcel
from parcel p
