-- Who:    orders that had to be paid after they were placed, when money came in. Cards and cash on delivery need no such mail.
-- Grain:  payment; an order whose source tells of no payments, once.   Anchor: payments.at | orders.paid_at.
-- Why:    a payment that the confirmation already knew is told there. Where paid_at came first and the payment's row later,
--         the order was told: the first subject stays, the second is dropped.
-- Params: as_of, since, until, touched, customer_id
select w.subject_id, f.customer_id, f.order_id, w.at as due_at, w.at + interval '24 hours' as valid_until, 'plain' as variant,
       json_build_object(
         'not_cancelled', f.cancelled_at is null or f.cancelled_at > :as_of,
         'paid_later', coalesce(f.payment_method <> 'cod', true)
                       and (f.payment_due_at is not null
                            or f.payment_method in ('konbini', 'convenience_store', 'bank_transfer', 'deferred', 'pay_easy', 'atm')),
         'money_came_in', w.amount is null or w.amount > 0,
         'not_in_confirmation', not exists (
           select from message m
           where m.touchpoint = 'order_confirmation' and m.subject_id = f.order_id and m.state not in ('expired', 'cancelled', 'rejected')
             and m.planned_at >= w.at and m.planned_load >= w.load_id),
         'not_told_before', w.subject_id = f.order_id || '@paid' or not exists (
           select from message m
           where m.touchpoint = 'payment_received' and m.subject_id = f.order_id || '@paid'
             and m.state not in ('expired', 'cancelled', 'rejected'))) as checks,
       jsonb_build_object(
         'order_id', f.order_id, 'order_number', f.order_number, 'paid_at', w.at, 'amount', coalesce(w.amount, (f.money ->> 'total')::numeric),
         'total', f.money -> 'total', 'open_amount', case when w.amount is null then 0 else
           greatest(0, (f.money ->> 'total')::numeric - (select sum(amount) from payments where order_id = f.order_id and at <= w.at)) end,
         'currency', f.money ->> 'currency', 'payment_method', f.payment_method, 'items', f.items,
         'promised_on', f.promised_on, 'requested_on', f.requested_on, 'requested_slot', f.requested_slot,
         'preorder_until', case when f.preorder_until > (:as_of at time zone f.zone)::date then f.preorder_until end,
         'shipped', f.first_shipped_at is not null and f.first_shipped_at <= :as_of) as context
from (
  select payment_id as subject_id, order_id, at, amount, load_id
  from payments
  where ((at > :since and at <= :until) or (order_id = any(:touched) and at <= :until))
    and (:customer_id is null or order_id = any(array(select order_id from order_progress where customer_id = :customer_id)))
  union all
  select o.order_id || '@paid', o.order_id, o.paid_at, null, 0
  from orders o
  where ((o.paid_at > :since and o.paid_at <= :until) or (o.order_id = any(:touched) and o.paid_at <= :until))
    and (:customer_id is null or o.customer_id = :customer_id)
    and (not exists (select from payments p where p.order_id = o.order_id)
         or exists (select from message m where m.touchpoint = 'payment_received' and m.subject_id = o.order_id || '@paid'))
) w
join order_facts f using (order_id)
where (:customer_id is null or f.customer_id = :customer_id)
