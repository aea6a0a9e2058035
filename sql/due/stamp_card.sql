-- Who:    orders that arrived and count: a stamp each; the last place of a card is its reward.
-- Grain:  customer x order.   Anchor: order_progress.delivered_at.
-- Why:    the nth such order of the person is place (n - 1) mod places + 1 of a card, then a new card begins. An earlier order that
--         comes back moves the later ones up one place: whoever had the reward of this card gets no second one. A shop without a
--         card (shop_front) has nobody due.
-- Params: as_of, since, until, touched, customer_id
select g.customer_id || '@' || g.order_id as subject_id, g.customer_id, g.order_id,
       g.delivered_at as due_at, g.delivered_at + interval '21 days' as valid_until, s.variant,
       json_build_object(
         'not_a_replacement', o.original_order_id is null,
         'not_cancelled', g.cancelled_at is null or g.cancelled_at > :as_of,
         'not_returned', g.returned_at is null or g.returned_at > :as_of,
         'has_cost_something', o.total > coalesce((select sum(r.amount) from refunds r where r.order_id = o.order_id and r.at <= :as_of), 0),
         'had_no_reward_for_this_card', s.variant = 'stamp' or (
           select count(*) from message m
           where m.touchpoint = 'stamp_card' and m.customer_id = any(i.ids) and m.variant = 'reward' and m.order_id <> g.order_id
             and m.state not in ('expired', 'cancelled', 'rejected')) < s.card) as checks,
       jsonb_build_object(
         'order_id', g.order_id, 'ordered_on', (g.placed_at at time zone g.zone)::date, 'place', s.place, 'places', b.stamp_places,
         'card', s.card) as context
from order_progress g
join orders o using (order_id)
join shop_front b on b.source = o.source and b.stamp_places is not null
join person p on p.customer_id = g.customer_id
left join customer_fact f on f.customer_id = p.person_id
cross join lateral (select array_append(f.merged_ids, p.person_id) as ids) i
cross join lateral (
  select greatest(count(*), 1)::integer as nth from counted_order c
  where c.customer_id = any(i.ids) and (c.delivered_at, c.order_id) <= (g.delivered_at, g.order_id)
) n
cross join lateral (
  select (n.nth - 1) % b.stamp_places + 1 as place, (n.nth - 1) / b.stamp_places + 1 as card,
         case when n.nth % b.stamp_places = 0 then 'reward' else 'stamp' end as variant
) s
where ((g.delivered_at > :since and g.delivered_at <= :until) or (g.order_id = any(:touched) and g.delivered_at <= :until))
  and (:customer_id is null or g.customer_id = :customer_id)
