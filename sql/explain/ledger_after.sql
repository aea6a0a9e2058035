-- Effect: from here on the ledger is seen as it stood when the hour looked at had ended. '' in `seen`: as it stands.
-- Params: seen, ended_by
select set_config('todoke.as_of_seen', coalesce(nullif(:seen, ''), cast(pg_current_snapshot() as text)), true),
       set_config('todoke.as_of_clock', :ended_by, true)
