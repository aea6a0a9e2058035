-- Who:    what the messages planned just now say, and to whom; with the segments their touchpoints read, as of this hour, and their coupon.
-- Why:    a message about an order tells the number of that order, any other that of the customer's newest one.
-- Params: run_id, segments
with named as materialized (
  select t.key as touchpoint, array(select jsonb_array_elements_text(t.value)) as names from jsonb_each(cast(:segments as jsonb)) t
)
insert into message_content (touchpoint, subject_id, context, recipient)
select c.touchpoint, c.subject_id, c.context - 'covers',
       c.recipient || case when c.coupon is null then '{}' else jsonb_build_object('coupon', c.coupon) end
         || case when n.names is null then '{}' else jsonb_build_object('segments', (
         select coalesce(jsonb_object_agg(s.key, s.value), '{}')
         from customer_facts f
         left join order_progress g on g.order_id = c.order_id
         cross join jsonb_each(to_jsonb(f) || jsonb_build_object('order_number', coalesce(g.order_number, f.order_number))) s
         where f.customer_id = c.customer_id and s.key = any(n.names))) end
from candidate c
join message m using (touchpoint, subject_id)
left join named n using (touchpoint)
where m.run_id = :run_id and m.state in ('planned', 'approval')
on conflict do nothing
