-- Who:    by what the time on the way of parcels to come was drawn: lane, areas, or the donor's own (`same`).
-- Grain:  level.
-- Params: none
select coalesce(level, 'same') as level, count(*) as n from parcel_to_come group by 1
