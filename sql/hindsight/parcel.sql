-- Who:    parcels of late orders, folded from what we know now.
-- Grain:  shipment.
-- Params: none
select (jsonb_populate_record(null::parcel, to_jsonb(f))).* from folded_parcel f
