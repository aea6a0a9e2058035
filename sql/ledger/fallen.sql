-- Who:    class T messages that were just rejected, or bounced once accepted, and never fell back, as candidates for the other channels of their touchpoint.
-- Grain:  message.
-- Params: touchpoints, subjects, ways, from_state
insert into candidate (touchpoint, subject_id, customer_id, order_id, due_at, valid_until, variant, checks, context, class, priority, mode,
                       holdout, needs, channels)
select m.touchpoint, m.subject_id, m.customer_id, m.order_id, m.due_at, m.valid_until, m.variant, '{}', '{}', m.class, m.priority, 'live',
       0, '{}', array_remove(array(select jsonb_array_elements_text(cast(:ways as jsonb) -> m.touchpoint)), m.channel)
from unnest(cast(:touchpoints as text[]), cast(:subjects as text[])) asked (touchpoint, subject_id)
join message m using (touchpoint, subject_id)
where m.state = :from_state and not m.seed and m.class = 'T' and m.fell_back_from is null and m.reason is distinct from 'outbound_guard'
