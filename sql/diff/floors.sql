-- Effect: floors of the touchpoints that are decided anew.
-- Params: touchpoints, floors
insert into touchpoint_floor (touchpoint, floor_at)
select touchpoint, floor_at from unnest(cast(:touchpoints as text[]), cast(:floors as timestamptz[])) f (touchpoint, floor_at)
