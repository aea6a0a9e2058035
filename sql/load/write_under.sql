-- Who:    this transaction.
-- Effect: names the load its rows are recorded under, and business time for the shared views.
-- Params: load_id, as_of
select set_config('todoke.load_id', :load_id, true), set_config('todoke.as_of', :as_of, true)
