-- Who:    one provider about to be called with one batch: may it leave now?
-- Grain:  one row. admitted = 1: the time this batch takes is booked, and an open circuit is closed to all others until this
--         call has tried it. 0: after how many seconds to ask again, and whether the circuit is why.
-- Params: provider, batch_id, seconds_a_message, seconds_a_call, pause_seconds
with cost as (
  select make_interval(secs => greatest(members * cast(:seconds_a_message as float8), cast(:seconds_a_call as float8))) as span
  from batch where batch_id = :batch_id
), admitted as (
  insert into provider_pace as p (provider, free_at)
  select :provider, clock_timestamp() + span from cost
  on conflict (provider) do update
  set free_at = clock_timestamp() + (select span from cost),
      open_until = case when p.open_until is not null then clock_timestamp() + make_interval(secs => :pause_seconds) end
  where p.free_at <= clock_timestamp() and (p.open_until is null or p.open_until <= clock_timestamp())
  returning provider
)
select (select count(*) from admitted) as admitted,
       coalesce(extract(epoch from greatest(p.free_at, p.open_until) - clock_timestamp())::float8, 0) as seconds,
       coalesce(p.open_until > clock_timestamp(), false) as is_open
from (values (1)) one (n) left join provider_pace p on p.provider = :provider
