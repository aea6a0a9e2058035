-- Effect: this transaction waits for another load no longer than so many milliseconds.
-- Params: milliseconds
select set_config('lock_timeout', :milliseconds, true)
