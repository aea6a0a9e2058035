-- Who:    orders whose lines, address or day differ from what their customer was last told.
-- Grain:  order x hash of the new content.   Anchor: order_progress.content_changed_at; told.told_at, where it changed while the
--         confirmation was on its way.
-- Why:    the fold hashes the content at write, an accepted confirmation or amendment leaves the hash it showed in `told`. So the
--         question is one comparison, changed templates amend nobody's order, and nothing personal has to be kept for it.
--         A new day that a delay notice told already is no news; a day first known now comes with `shipped`.
-- Params: as_of, since, until, touched, customer_id
select f.order_id || '@' || left(md5(f.content::text), 12) as subject_id, f.customer_id, f.order_id,
       w.due_at, w.due_at + interval '48 hours' as valid_until, 'plain' as variant,
       json_build_object(
         'confirmed', t.content is not null,
         'something_left', jsonb_array_length(f.items) > 0,
         'changed', cardinality(c.changes) > 0,
         'not_cancelled', f.cancelled_at is null or f.cancelled_at > :as_of,
         'not_delivered', f.delivered_at is null or f.delivered_at > :as_of) as checks,
       f.money || jsonb_build_object(
         'order_id', f.order_id, 'order_number', f.order_number, 'changes', to_jsonb(c.changes), 'items', f.items, 'ship_to', f.ship_to,
         'gift', f.gift, 'promised_on', f.promised_on, 'requested_on', f.requested_on, 'requested_slot', f.requested_slot,
         'payment_method', f.payment_method, 'payment_due_at', f.payment_due_at, 'paid', f.paid_at is not null and f.paid_at <= :as_of,
         'refunded', m.refunded, 'overpaid', case when m.paid - coalesce(m.refunded, 0) > (f.money ->> 'total')::numeric
                                             then m.paid - coalesce(m.refunded, 0) - (f.money ->> 'total')::numeric end,
         'shipped', f.first_shipped_at is not null and f.first_shipped_at <= :as_of,
         'tells', jsonb_build_object(
           'until_on', case when 'day' = any(c.changes) then coalesce(f.requested_on, f.promised_on) else t.until_on end,
           'from_on', case when 'day' = any(c.changes) then null else t.from_on end, 'cause', t.cause, 'content', f.content)) as context
from (
  select order_id from order_progress where content_changed_at > :since and content_changed_at <= :until
    and (:customer_id is null or customer_id = :customer_id)
  union
  select order_id from told where told_at >= :since and told_at <= :until
    and (:customer_id is null or order_id = any(array(select order_id from order_progress where customer_id = :customer_id)))
  union
  select unnest(cast(:touched as text[]))
) o
join order_facts f using (order_id)
left join told t using (order_id)
cross join lateral (select greatest(f.content_changed_at, t.told_at) as due_at) w
cross join lateral (
  select array_remove(array[
    case when f.content ->> 'lines' <> t.content ->> 'lines' then 'items' end,
    case when f.content ->> 'address' <> t.content ->> 'address' then 'address' end,
    case when t.content ->> 'day' is not null and (f.content ->> 'day')::date is distinct from (t.content ->> 'day')::date
              and (f.content ->> 'day')::date is distinct from t.until_on
           or f.content ->> 'slot' is distinct from t.content ->> 'slot' then 'day' end], null) as changes
) c
cross join lateral (
  select (select sum(amount) from payments where order_id = f.order_id and at <= :as_of) as paid,
         (select sum(amount) from refunds where order_id = f.order_id and at <= :as_of having sum(amount) > 0) as refunded
) m
where (f.content_changed_at is not null or f.content <> t.content)
  and w.due_at <= :until
  and (:customer_id is null or f.customer_id = :customer_id)
