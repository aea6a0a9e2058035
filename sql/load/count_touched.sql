-- Who:    orders this load changed.
-- Params: none
select count(*) from touched_order where load_id = current_load()
