-- Who:    the ledger a shadow decides on: of its touchpoints what stood where it begins and what it decided itself, of the others what was
--         recorded by the end of the step. {live}, {shadow}: the namespaces.
-- Why:    what the shadow planned counts as sent in its hour.
-- Params: none
select m.touchpoint, m.subject_id, m.customer_id, m.order_id, m.class, m.channel, m.address_key, m.language, m.variant, m.priority, m.due_at,
       m.valid_until, m.planned_at, m.planned_load, m.run_id, e.state, e.reason, e.state_at, m.batch_id, m.seed
from {live}.message m
cross join lateral (
  select state, reason, state_at from {live}.message_event e
  where e.touchpoint = m.touchpoint and e.subject_id = m.subject_id
    and (e.load_id <= {live}.as_of_load() or e.load_id is null and e.state_at <= {live}.business_now())
  order by e.event_id desc limit 1
) e
where m.planned_load <= case when m.touchpoint = any(cast(current_setting('todoke.shadow_touchpoints') as text[]))
                             then cast(current_setting('todoke.shadow_load') as bigint) else {live}.as_of_load() end
union all
select touchpoint, subject_id, customer_id, order_id, class, channel, address_key, language, variant, priority, due_at, valid_until, planned_at,
       planned_load, run_id, state, reason, state_at, batch_id, seed
from {shadow}.message
