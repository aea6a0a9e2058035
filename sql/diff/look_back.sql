-- Effect: this transaction looks at facts as of another load.
-- Params: load_id
select set_config('todoke.as_of_load', :load_id, true)
