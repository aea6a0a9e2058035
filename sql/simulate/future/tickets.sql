-- Who:    tickets about orders.
-- Grain:  ticket as it is known from then on: opened, then closed.
-- Params: now, zone
create temp table future_tickets on commit drop as
with moved as (
  select s.order_id || '-' || t.ticket_id as ticket_id, case when s.person > 0 then p.customer_id else s.like_customer_id end as customer_id, s.order_id, t.channel, t.topic,
         pg_temp.moved(t.opened_at, s.donor_placed_at, s.gap, s.days, :zone) as opened_at,
         pg_temp.moved(t.closed_at, s.donor_placed_at, s.gap, s.days, :zone) as closed_at
  from story s
  join tickets t on t.order_id = s.donor_id
  left join person_to_come p on p.person = s.person
  where not s.is_guest
)
select m.opened_at as known_at, m.ticket_id, m.customer_id, m.order_id, m.channel, m.opened_at, cast(null as timestamptz) as closed_at, m.topic
from moved m where m.opened_at > :now
union all
select m.closed_at, m.ticket_id, m.customer_id, m.order_id, m.channel, m.opened_at, m.closed_at, m.topic
from moved m where m.opened_at > :now and m.closed_at > m.opened_at
