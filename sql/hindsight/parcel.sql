-- Who:    parcels as of the run, those of late orders folded from what we know now.
-- Grain:  shipment.
-- Params: none
select * from parcel where order_id not in (select order_id from late_order)
union all
select (jsonb_populate_record(null::parcel, to_jsonb(f))).* from folded_parcel f
