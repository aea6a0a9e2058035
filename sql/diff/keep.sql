-- Who:    the messages this hour decided, into the version's own ledger (as decide/plan and decide/plan_content write them).
-- Grain:  touchpoint x subject.   said: hash of what the message says; a coupon's code is drawn, and no difference.
-- Params: as_of, load_id, run_id, segments
with named as materialized (
  select t.key as touchpoint, array(select jsonb_array_elements_text(t.value)) as names from jsonb_each(cast(:segments as jsonb)) t
)
insert into own_message (touchpoint, subject_id, customer_id, order_id, class, channel, address_key, language, variant, priority, due_at,
                         valid_until, planned_at, planned_load, run_id, state, reason, state_at, seed, context, recipient, coupon, source)
select c.touchpoint, c.subject_id, c.customer_id, c.order_id, c.class, coalesce(c.channel, c.channels[1]), c.address_key,
       coalesce(c.language, 'ja'), c.variant, c.priority, c.due_at, c.valid_until, :as_of, :load_id, :run_id,
       coalesce(c.verdict, 'planned'), c.reason, :as_of, false, c.context - 'covers',
       c.recipient || case when n.names is null then '{}' else jsonb_build_object('segments', (
         select coalesce(jsonb_object_agg(s.key, s.value), '{}')
         from customer_facts f
         left join order_progress g on g.order_id = c.order_id
         cross join jsonb_each(to_jsonb(f) || jsonb_build_object('order_number', coalesce(g.order_number, f.order_number))) s
         where f.customer_id = c.customer_id and s.key = any(n.names))) end,
       c.coupon, (select o.source from orders o where o.order_id = c.order_id)
from candidate c left join named n using (touchpoint)
where c.verdict is null or c.verdict in ('held_out', 'approval', 'expired')
on conflict do nothing
returning touchpoint, subject_id, order_id, planned_at, state, reason, channel, language, variant, valid_until,
          md5(jsonb_build_array(context - 'tells', coupon - '{code,ends_on}'::text[])::text) as said
