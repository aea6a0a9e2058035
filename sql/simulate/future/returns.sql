-- Who:    returns that are opened, and how they end.
-- Grain:  return as it is known from then on: requested, then as it ended.
-- Params: now, zone
create temp table future_returns on commit drop as
with moved as (
  select s.order_id || '-' || r.return_id as return_id, s.order_id, r.kind, r.status, r.label_url,
         pg_temp.moved(r.opened_at, s.donor_placed_at, s.gap, s.days, :zone) as opened_at,
         pg_temp.moved(r.closed_at, s.donor_placed_at, s.gap, s.days, :zone) as closed_at
  from story s
  join returns r on r.order_id = s.donor_id
)
select m.opened_at as known_at, m.return_id, m.order_id, m.kind, 'requested' as status, m.opened_at, cast(null as timestamptz) as closed_at, m.label_url
from moved m where m.opened_at > :now
union all
select m.closed_at, m.return_id, m.order_id, m.kind, m.status, m.opened_at, m.closed_at, m.label_url
from moved m where m.opened_at > :now and m.closed_at > m.opened_at
