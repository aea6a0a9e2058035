-- Who:    people operations write to (todoke notice, kind service) once the plan is approved; those who were told, once it is lifted.
-- Grain:  plan x customer, and again with @lifted.   Anchor: notice.decided_as_of; the later of lifted_as_of and the first message's
--         acceptance.
-- Why:    a message under way when the plan was lifted is accepted after it, so the window of @lifted reaches a day back.
--         An order taken back since is not spoken of; the newest of all stands for the message, whatever became of it.
-- Params: as_of, since, until, touched, customer_id
with plan as materialized (
  select plan_id, state, decided_as_of, lifted_as_of, words, lift_words, coalesce(request ->> 'preset', 'own') as variant,
         array(select jsonb_array_elements_text(request -> 'products')) as products
  from notice
  where kind = 'service' and state in ('approved', 'lifted')
    and (decided_as_of > :since or lifted_as_of > :since - interval '24 hours'
         or plan_id in (select plan_id from notice_member where order_id = any(:touched))
         or cast(:customer_id as text) is not null)
), member as materialized (
  select m.plan_id, m.customer_id, array_agg(m.order_id order by g.placed_at desc, m.order_id) as order_ids,
         array_agg(m.order_id order by g.placed_at, m.order_id) filter (where g.cancelled_at is null or g.cancelled_at > :as_of) as standing
  from notice_member m
  join plan p using (plan_id)
  join order_progress g using (order_id)
  where m.left_out is null and (:customer_id is null or m.customer_id = :customer_id)
  group by m.plan_id, m.customer_id
), said as (
  select plan_id, customer_id, plan_id || ':' || customer_id as subject_id, decided_as_of as due_at, decided_as_of as anchor_at, variant,
         words, state = 'approved' as is_open
  from plan join member using (plan_id)
  union all
  select p.plan_id, m.customer_id, t.subject_id || '@lifted', greatest(p.lifted_as_of, t.state_at),
         greatest(p.lifted_as_of, t.state_at) + interval '24 hours', 'all_clear', p.lift_words, true
  from plan p
  join member m using (plan_id)
  join message t on t.touchpoint = 'service_notice' and t.subject_id = p.plan_id || ':' || m.customer_id and t.state = 'accepted'
  where p.state = 'lifted'
)
select s.subject_id, s.customer_id, m.order_ids[1] as order_id, s.due_at, s.due_at + interval '72 hours' as valid_until, s.variant,
       json_build_object('not_lifted', s.is_open, 'not_cancelled', m.standing is not null) as checks,
       jsonb_build_object(
         'order_id', m.order_ids[1], 'orders', to_jsonb(coalesce(m.standing, m.order_ids)),
         'items', (select coalesce(jsonb_agg(jsonb_build_object('name', i.item ->> 'name', 'quantity', i.item -> 'quantity')
                                             order by array_position(m.order_ids, i.order_id) desc, i.line_no), '[]')
                   from item_facts i
                   where i.order_id = any(coalesce(m.standing, m.order_ids))
                     and (p.products = '{}' or i.product_id = any(p.products))),
         'notice', jsonb_build_object('plan_id', s.plan_id, 'words', s.words)) as context
from said s
join member m using (plan_id, customer_id)
join plan p using (plan_id)
where s.due_at <= :until and (s.anchor_at > :since or m.order_ids && cast(:touched as text[]))
