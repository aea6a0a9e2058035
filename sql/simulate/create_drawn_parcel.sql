-- Effect: an empty table for parcels under way, each with the one it goes on like.
-- Grain:  parcel.
-- Params: none
create temp table drawn_parcel (shipment_id text primary key, donor_id text not null) on commit drop
