-- Who:    every decision of the shadow beside that of the record. {shadow}: its namespace.
-- Grain:  touchpoint x subject. outcome: same; moved (another hour); otherwise (channel, language, variant, or approval); gained: only the
--         shadow sends it; lost: only the record does. Neither sends: no row.
-- Params: touchpoints, from_load, to_at
select touchpoint, subject_id, coalesce(s.customer_id, r.customer_id) as customer_id, coalesce(s.order_id, r.order_id) as order_id,
       s.planned_at as shadow_at, r.planned_at as recorded_at,
       coalesce(s.reason, s.state, w.reason, 'not due') as shadow_says, coalesce(r.reason, r.state, v.reason, 'not due') as record_says,
       case when r.leaves is not true then 'gained' when s.leaves is not true then 'lost'
            when (s.channel, s.language, s.variant, s.state = 'approval') is distinct from (r.channel, r.language, r.variant, r.state = 'approval')
            then 'otherwise'
            when s.planned_at <> r.planned_at then 'moved' else 'same' end as outcome
from (
  select touchpoint, subject_id, customer_id, order_id, channel, language, variant, planned_at, reason,
         case state when 'accepted' then 'planned' else state end as state, state in ('accepted', 'approval') as leaves
  from {shadow}.message
) s
full join (
  select m.touchpoint, m.subject_id, m.customer_id, m.order_id, coalesce(m.fell_back_from, m.channel) as channel, m.language, m.variant,
         m.planned_at, e.state, e.reason, e.state in ('planned', 'approval') as leaves
  from message m
  cross join lateral (
    select state, reason from message_event e
    where e.touchpoint = m.touchpoint and e.subject_id = m.subject_id order by e.event_id limit 1
  ) e
  where m.touchpoint = any(cast(:touchpoints as text[])) and m.planned_load > :from_load and not m.seed
) r using (touchpoint, subject_id)
left join {shadow}.waiting w using (touchpoint, subject_id)
left join waiting v using (touchpoint, subject_id)
where s.leaves or r.leaves and r.planned_at <= :to_at
