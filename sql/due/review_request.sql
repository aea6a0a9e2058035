-- Who:    orders whose every quantity arrived; asked once they could be used, reminded once, a week after they should have been asked
--         and after they were.
-- Grain:  order x ask | reminder.   Anchor: order_progress.delivered_at (+ reviewable days: the window is moved, the column stays raw).
-- Why:    an exchange or replacement restarts the clock: what counts is when the newest of them arrived. An empty window
--         (the claim asks about given orders) does not look through 100 days of deliveries.
--         The first condition follows from the others: orders that arrived as many days ago as some product takes to be used, or a
--         week more; whose ask left a week ago; of which a replacement came. What a hundred days delivered need not be looked at.
--         The variant is drawn by weight (decide/collect).
-- Params: as_of, since, until, touched, customer_id
select f.order_id || '@' || a.ask as subject_id, f.customer_id, f.order_id,
       a.due_at, a.due_at + interval '30 days' as valid_until, null as variant,
       json_build_object(
         'not_cancelled', f.cancelled_at is null or f.cancelled_at > :as_of,
         'not_returned', f.returned_at is null or f.returned_at > :as_of,
         'not_a_replacement', f.original_order_id is null,
         'not_being_exchanged', not d.is_exchanging,
         'asked_before', a.ask = 'ask' or s.asked_at is not null,
         'not_reviewed', not exists (select from reviews r where r.order_id = f.order_id and r.at <= :as_of)) as checks,
       jsonb_build_object(
         'order_id', f.order_id, 'order_number', f.order_number, 'ask', a.ask, 'delivered_at', d.had_at,
         'items', f.items) as context
from order_facts f
cross join lateral (
  select (select coalesce(max(p.reviewable_after_days), 10) * interval '1 day'
          from order_lines l join products p using (product_id) where l.order_id = f.order_id) as reviewable,
         greatest(f.delivered_at, max(g.delivered_at)) as had_at,
         coalesce(bool_or(g.cancelled_at is null and g.delivered_at is null), false)
         or exists (select from returns r where r.order_id = f.order_id and r.kind = 'exchange' and r.opened_at <= :as_of
                    and (r.closed_at is null or r.closed_at > :as_of)) as is_exchanging
  from orders o join order_progress g using (order_id) where o.original_order_id = f.order_id
) d
left join lateral (
  select m.state_at as asked_at from message m
  where m.touchpoint = 'review_request' and m.subject_id = f.order_id || '@ask' and m.state = 'accepted'
) s on true
cross join lateral (
  values ('ask', d.had_at + d.reviewable), ('reminder', greatest(d.had_at + d.reviewable, s.asked_at) + interval '7 days')
) a (ask, due_at)
where f.order_id = any(array(
    select g.order_id
    from (select distinct coalesce(reviewable_after_days, 10) + week as days from products cross join (values (0), (7)) w (week)
          union select 10 union select 17) r
    join order_progress g on g.delivered_at > :since - r.days * interval '1 day' and g.delivered_at <= :until - r.days * interval '1 day'
    where :since < :until and (:customer_id is null or g.customer_id = :customer_id)
    union
    select g.order_id
    from (select coalesce(max(greatest(reviewable_after_days, 10)), 10) as most, coalesce(min(least(reviewable_after_days, 10)), 10) as least from products) r
    join order_progress g on g.delivered_at > :since - (r.most + 40) * interval '1 day' and g.delivered_at <= :until - (r.least + 7) * interval '1 day'
    join message m on m.touchpoint = 'review_request' and m.subject_id = g.order_id || '@ask' and m.state = 'accepted'
    where m.state_at > :since - interval '7 days' and m.state_at <= :until - interval '7 days'
      and :since < :until and (:customer_id is null or g.customer_id = :customer_id)
    union
    select o.original_order_id from orders o where o.original_order_id is not null and :since < :until and (:customer_id is null or o.customer_id = :customer_id)
    union
    select unnest(cast(:touched as text[]))))
  and ((:since < :until and f.delivered_at > :since - interval '100 days' and f.delivered_at <= :until and a.due_at > :since)
       or (f.order_id = any(:touched) and f.delivered_at <= :until))
  and a.due_at <= :until
  and (:customer_id is null or f.customer_id = :customer_id)
