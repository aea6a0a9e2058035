-- Effect: floors as these hours begin: the present ones may have risen since (a draft's does every hour).
-- Grain:  touchpoint.
-- Params: none
create temporary table touchpoint_floor (touchpoint text primary key, floor_at timestamptz not null)
