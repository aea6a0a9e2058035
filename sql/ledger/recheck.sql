-- Who:    messages about to leave, as candidates again: the same gates are asked before they go. Copies for colleagues ask no gate.
-- Grain:  message. The address is the one the message was planned for; status and zone are those of now.
-- Params: touchpoints, subjects
insert into candidate (planned_at, touchpoint, subject_id, customer_id, order_id, due_at, valid_until, variant, checks, context, class,
                       priority, mode, holdout, needs, channels, address_key, channel, zone, status)
select m.planned_at, m.touchpoint, m.subject_id, m.customer_id, m.order_id, m.due_at, m.valid_until, m.variant, '{}', '{}', m.class,
       m.priority, 'live', 0, '{}', array[m.channel], m.address_key, m.channel, coalesce(k.zone, 'Asia/Tokyo'), k.status
from unnest(cast(:touchpoints as text[]), cast(:subjects as text[])) asked (touchpoint, subject_id)
join message m using (touchpoint, subject_id)
left join contactable k using (customer_id)
where not m.seed
