-- Who:    parcels that left.
-- Grain:  order x parcel.
-- Params: none
select order_id || '-' || place as shipment_id, order_id,
       coalesce(nullif(parcel ->> 'custom_tracking_provider', ''), nullif(parcel ->> 'tracking_provider', ''), 'unknown') as carrier,
       nullif(parcel ->> 'tracking_number', '') as tracking_number,
       to_char(case when (day_at at time zone 'UTC')::date = (completed_at at time zone 'UTC')::date then completed_at else day_at end at time zone 'UTC',
               'YYYY-MM-DD"T"HH24:MI:SS"Z"') as shipped_at, _file, _line
from newest_parcel
