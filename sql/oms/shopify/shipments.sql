-- Who:    parcels: one a tracking number of a fulfilment. One that was cancelled or failed has not left.
-- Grain:  fulfilment x tracking number (the first is called like the fulfilment, the others -2, -3 …).
-- Params: none
select fulfilment_id || case when place > 1 then '-' || place else '' end as shipment_id, order_id,
       coalesce(nullif(parcel ->> 'company', ''), 'unknown') as carrier, case when has_left then nullif(parcel ->> 'number', '') end as tracking_number,
       case when has_left then coalesce(f ->> 'createdAt', f ->> 'created_at') end as shipped_at,
       case when has_left then coalesce(f ->> 'deliveredAt', case when f ->> 'shipment_status' = 'delivered' then f ->> 'updated_at' end) end as delivered_at,
       coalesce(split_part(f #>> '{location,id}', '/', 5), f ->> 'location_id') as location_id,
       left(f ->> 'estimatedDeliveryAt', 10) as promised_on,
       to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as updated_at, _file, _line
from newest_fulfilment
cross join lateral jsonb_array_elements(case when jsonb_array_length(parcels) > 0 then parcels else '[{}]' end) with ordinality p (parcel, place)
