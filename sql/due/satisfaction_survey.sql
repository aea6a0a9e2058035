-- Who:    buyers ten days after everything arrived, unless they were asked within 90 days.
-- Grain:  order.   Anchor: order_progress.delivered_at (+ 10 days: the window is moved, the column stays raw).
-- Why:    two orders of one day, or two that waited together, are asked about once: about the one that comes first.
-- Params: as_of, since, until, touched, customer_id
select f.order_id as subject_id, f.customer_id, f.order_id,
       f.delivered_at + interval '10 days' as due_at, f.delivered_at + interval '24 days' as valid_until, 'plain' as variant,
       json_build_object(
         'not_point_of_sale', f.sales_channel is distinct from 'pos',
         'not_cancelled', f.cancelled_at is null or f.cancelled_at > :as_of,
         'not_returned', f.returned_at is null or f.returned_at > :as_of,
         'not_a_replacement', f.original_order_id is null,
         'not_answered', not exists (select from survey_answers a where a.order_id = f.order_id and a.at <= :as_of),
         'not_asked_lately', not exists (
           select from message m
           where m.customer_id = f.customer_id and m.planned_at > f.delivered_at + interval '10 days' - interval '90 days'
             and m.touchpoint = 'satisfaction_survey' and m.subject_id <> f.order_id
             and m.state not in ('expired', 'cancelled', 'rejected', 'held_out')),
         'not_about_to_be_asked', not exists (
             select from order_progress g
             where g.customer_id = f.customer_id and g.delivered_at > f.delivered_at - interval '1 day'
               and (g.delivered_at, g.order_id) < (f.delivered_at, f.order_id)
               and (g.cancelled_at is null or g.cancelled_at > :as_of) and (g.returned_at is null or g.returned_at > :as_of))
           and not exists (
             select from waiting w
             where w.customer_id = f.customer_id and w.touchpoint = 'satisfaction_survey'
               and (w.due_at, w.subject_id) < (f.delivered_at + interval '10 days', f.order_id))) as checks,
       jsonb_build_object(
         'order_id', f.order_id, 'order_number', f.order_number, 'delivered_at', f.delivered_at, 'items', f.items, 'gift', f.gift) as context
from order_facts f
where ((f.delivered_at > :since - interval '10 days' and f.delivered_at <= :until - interval '10 days')
       or (f.order_id = any(:touched) and f.delivered_at <= :until - interval '10 days'))
  and (:customer_id is null or f.customer_id = :customer_id)
