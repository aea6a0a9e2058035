-- Stops:  e-mail to addresses a marketplace lends for one order (brand.toml, relays): marketing always, anything once their days
--         after the order are over, or about no order.
-- Reason: relay_marketing | relay_over. Class: all.
-- Params: as_of, relays
update candidate c
set verdict = 'dropped', reason = case when c.class = 'M' then 'relay_marketing' else 'relay_over' end,
    detail = jsonb_build_object('domain', r.key, 'days', cast(r.value as integer))
from candidate d
left join orders o on o.order_id = d.order_id
join jsonb_each_text(cast(:relays as jsonb)) r
  on lower(split_part(d.email, '@', 2)) = r.key or lower(split_part(d.email, '@', 2)) like '%.' || r.key
where c.verdict is null and c.channel = 'email' and d.touchpoint = c.touchpoint and d.subject_id = c.subject_id
  and (c.class = 'M' or coalesce(o.placed_at + cast(r.value as integer) * interval '1 day' <= :as_of, true))
