-- Who:    what other tools send to those who are known, as in the whole weeks before (four at most).
-- Grain:  one message.
-- Params: now, days
create temp table future_pressure on commit drop as
with span as (
  select least(4, cast(extract(epoch from cast(:now as timestamptz) - min(at)) as integer) / 604800) * 7 as days from pressure where at > cast(:now as timestamptz) - interval '60 days'
)
select p.at + make_interval(days => n * span.days) as known_at, p.customer_id, cast(null as text) as address, p.channel,
       p.at + make_interval(days => n * span.days) as at, p.source
from span
join pressure p on p.customer_id is not null and p.at > cast(:now as timestamptz) - make_interval(days => span.days) and p.at <= :now
cross join generate_series(1, case when span.days > 0 then 1 + :days / span.days else 0 end) n
