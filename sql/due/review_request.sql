-- Who:    orders whose every quantity arrived; asked once they could be used, reminded once a week later.
-- Grain:  order x ask | reminder.   Anchor: order_progress.delivered_at (+ reviewable days: the window is moved, the column stays raw).
-- Params: as_of, since, until, touched, customer_id
select f.order_id || '@' || a.ask as subject_id, f.customer_id, f.order_id,
       a.due_at, a.due_at + interval '30 days' as valid_until, 'plain' as variant,
       json_build_object(
         'not_cancelled', f.cancelled_at is null or f.cancelled_at > :as_of,
         'not_returned', f.returned_at is null or f.returned_at > :as_of,
         'not_a_replacement', f.original_order_id is null,
         'asked_before', a.ask = 'ask' or exists (
           select from message m where m.touchpoint = 'review_request' and m.subject_id = f.order_id || '@ask' and m.state = 'accepted'),
         'not_reviewed', not exists (select from reviews r where r.order_id = f.order_id and r.at <= :as_of)) as checks,
       jsonb_build_object(
         'order_id', f.order_id, 'order_number', f.order_number, 'ask', a.ask, 'delivered_at', f.delivered_at,
         'items', f.items) as context
from order_facts f
cross join lateral (
  select coalesce(max(p.reviewable_after_days), 10) * interval '1 day' as reviewable
  from order_lines l join products p using (product_id) where l.order_id = f.order_id
) d
cross join lateral (values ('ask', f.delivered_at + d.reviewable), ('reminder', f.delivered_at + d.reviewable + interval '7 days')) a (ask, due_at)
where ((f.delivered_at > :since - interval '100 days' and f.delivered_at <= :until and a.due_at > :since)
       or (f.order_id = any(:touched) and f.delivered_at <= :until))
  and a.due_at <= :until
  and (:customer_id is null or f.customer_id = :customer_id)
