-- Stops:  marketing without consent on record, and service or marketing whose own topic was opted out of. A no said under
--         another id of a merged customer counts; a guest's yes is that of the order it was given with, or of an earlier one.
-- Reason: no_consent | opted_out. Class: M | S, M.
-- Params: none
update candidate c
set verdict = 'dropped', reason = r.reason, detail = jsonb_build_object('class', c.class, 'topic', c.touchpoint)
from candidate d
cross join lateral (
  select case
    when d.class = 'M' and (
      (d.customer_id, 'marketing') in (select customer_id, topic from refused_as_another)
      or not exists (
        select from marketing_consent m
        where m.customer_id = d.customer_id
          and (d.customer_id not like 'guest:%'
               or not exists (select from orders o where o.order_id = d.order_id and o.placed_at > m.granted_at + interval '1 hour')))) then 'no_consent'
    when d.class in ('S', 'M') and (
      (d.customer_id, d.touchpoint) in (select customer_id, topic from refused_as_another)
      or exists (select from consent_now n where n.customer_id = d.customer_id and n.topic = d.touchpoint and not n.granted)) then 'opted_out'
  end as reason
) r
where c.verdict is null and d.touchpoint = c.touchpoint and d.subject_id = c.subject_id and r.reason is not null
