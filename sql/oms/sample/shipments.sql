-- Who:    parcels whose label is printed at the clock, and one of an order nobody knows. delivered_at comes back to
--         the shop the night after, and for one parcel in ten never.
-- Grain:  shipment (parcel).
-- Params: clock
with shipment as (
    select 'TD' || lpad(i::text, 8, '0') || '-' || ship_no as shipment_id, 'TD' || lpad(i::text, 8, '0') as order_id, recipient_no, carrier,
           tracking_number, case when shipped_at <= (:clock)::timestamptz then shipped_at end as shipped_at,
           case when delivered_at + interval '20 hours' <= (:clock)::timestamptz and pg_temp.u(seq, 'synced') < 0.9 then delivered_at end as delivered_at,
           service, promised_on, shipped_at - interval '7 hours' as printed_at
    from base_parcels
    where shipped_at - interval '7 hours' <= (:clock)::timestamptz
    union all
    select 'TD99999999-1', 'TD99999999', null, 'yamato', '409999999990', (:clock)::timestamptz - interval '20 hours', null, 'normal', null,
           (:clock)::timestamptz - interval '24 hours'
)
select shipment_id, order_id, recipient_no, carrier, tracking_number, pg_temp.iso(shipped_at) as shipped_at,
       pg_temp.iso(delivered_at) as delivered_at, 'WH-CHIBA' as location_id, service, promised_on,
       pg_temp.iso(greatest(printed_at, shipped_at, delivered_at + interval '20 hours')) as updated_at
from shipment
order by shipment_id
