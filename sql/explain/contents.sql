-- Who:    what the messages of one order say, sent or not, with the verdict of the gates and the state in the ledger.
-- Grain:  touchpoint x subject.
-- Why:    contact data stays behind: who looks at a message needs the name alone. The segments are all there are, as of this hour.
--         `failing` is the first check that says no today, also of what is not due yet.
-- Params: order_id
select c.touchpoint, c.subject_id, c.variant, coalesce(c.channel, c.channels[1]) as channel, coalesce(c.language, 'ja') as language,
       c.context - 'covers' as context, o.source, c.verdict, c.reason, c.detail, c.due_at, m.state, m.state_at,
       (select k.name from json_each_text(c.checks) with ordinality k (name, said, place)
        where k.said is distinct from 'true' order by k.place limit 1) as failing,
       coalesce(c.recipient, '{}') - '{email,phone,line_user_id,push_token}'::text[] || jsonb_build_object('segments', (
         select to_jsonb(f) || jsonb_build_object('order_number', coalesce(g.order_number, f.order_number))
         from customer_facts f left join order_progress g on g.order_id = c.order_id
         where f.customer_id = c.customer_id)) as recipient
from candidate c
left join orders o on o.order_id = c.order_id
left join message m using (touchpoint, subject_id)
where c.order_id = :order_id
order by c.due_at, c.touchpoint, c.subject_id
