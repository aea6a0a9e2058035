-- Effect: the planner of this transaction goes by index and plans for the customer asked for: of a million orders these are a few.
-- Why:    its guesses are made for the hour, which reads much at once. Memory for one customer is little, so that no subplan reads a
--         table to hash it.
-- Params: none
select set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_seqscan', 'off', true),
       set_config('work_mem', '64kB', true)
