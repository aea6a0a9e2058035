-- Who:    customers with a bad experience that is still open: ticket, return, delay, parcel that is broken, lost, refused or on its way back.
-- Grain:  customer_id x kind x reference.
-- Why:    docs/touchpoints.md: ends when its delay, return or ticket closes, or after 30 days; exchanges (sizes) do not count.
-- Params: none
select t.customer_id, 'ticket' as kind, t.ticket_id as reference, t.opened_at
from tickets t
where t.opened_at between business_now() - interval '30 days' and business_now()
  and (t.closed_at is null or t.closed_at > business_now())
union all
select o.customer_id, 'return', r.return_id, r.opened_at
from returns r join orders o using (order_id)
where coalesce(r.kind, 'return') = 'return'
  and r.opened_at between business_now() - interval '30 days' and business_now()
  and (r.closed_at is null or r.closed_at > business_now())
union all
select p.customer_id, 'delay', d.order_id || ':' || d.cause, d.first_seen_at
from delay d join order_progress p using (order_id)
where d.first_seen_at between business_now() - interval '30 days' and business_now()
  and (d.lifted_at is null or d.lifted_at > business_now())
union all
select g.customer_id, 'parcel', p.shipment_id, p.problem_at
from parcel p join order_progress g using (order_id)
where p.problem_at between business_now() - interval '30 days' and business_now()
  and (p.delivered_at is null or p.delivered_at > business_now())
union all
select g.customer_id, 'parcel', b.shipment_id, b.at
from problem_parcel b join order_progress g using (order_id)
where b.kind in ('refused', 'returned') and b.at between business_now() - interval '30 days' and business_now()
  and (b.returned_at > business_now() - interval '30 days' or b.attempt_failed_at > business_now() - interval '30 days'
       or b.problem_at > business_now() - interval '30 days')
