-- Effect: one more refusal of this provider for this reason today.
-- Params: provider, reason
insert into feedback_refused as r (provider, reason, on_day, times)
values (:provider, :reason, (clock_timestamp() at time zone 'UTC')::date, 1)
on conflict (provider, reason, on_day) do update set times = r.times + 1
