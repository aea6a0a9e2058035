-- Who:    the planner, of one table: how many rows it believed in when the table was last analysed; 0 = never.
-- Params: name
select greatest(reltuples, 0)::bigint from pg_class where oid = cast(:name as regclass)
