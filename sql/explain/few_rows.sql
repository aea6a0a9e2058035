-- Effect: what is joined from here on is looked up row by row: the candidates are one customer's.
-- Params: none
select set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)
