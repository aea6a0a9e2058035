-- Effect: the hours and touchpoints that are decided anew: what the record holds of them counts for nothing.
-- Grain:  run_id x touchpoint.
-- Params: none
create temporary table replaced (run_id text not null, touchpoint text not null, primary key (run_id, touchpoint))
