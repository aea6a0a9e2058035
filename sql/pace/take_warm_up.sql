-- Who:    sending domains being warmed up, each asked for places for so many messages today.
-- Grain:  sending domain. granted = how many may leave; seconds = until its next day. What is owed is counted, never held.
-- Params: domains, asked, owed, first_day, growth, enough
insert into sending_domain as d (domain, first_on, day_on, used, asked, granted)
select domain, today, today, granted, asked, granted
from (select (clock_timestamp() at time zone 'UTC')::date as today) now
cross join unnest(cast(:domains as text[]), cast(:asked as integer[])) n (domain, asked)
cross join lateral (select warm_up_grant(asked, 0, 0, :owed, :first_day, :growth, :enough) as granted) g
order by domain
on conflict (domain) do update
set granted = warm_up_grant(excluded.asked, case when d.day_on = excluded.day_on then d.used else 0 end,
                            excluded.day_on - d.first_on, :owed, :first_day, :growth, :enough),
    used = case when d.day_on = excluded.day_on then d.used else 0 end
           + warm_up_grant(excluded.asked, case when d.day_on = excluded.day_on then d.used else 0 end,
                           excluded.day_on - d.first_on, :owed, :first_day, :growth, :enough),
    day_on = excluded.day_on, asked = excluded.asked
returning domain as name, granted,
  extract(epoch from (day_on + 1)::timestamp at time zone 'UTC' - clock_timestamp())::float8 as seconds
