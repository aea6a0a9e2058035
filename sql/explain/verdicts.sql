-- Who:    what the gates said of one customer's candidates (of one order, where it is named), and what waits.
-- Grain:  touchpoint x subject.
-- Why:    `failing`: the first check that says no now, also of what a gate before the checks stopped. Context and recipient are
--         personal: they are shown to who asks for them alone.
-- Params: order_id
select c.touchpoint, c.subject_id, c.order_id, coalesce(c.verdict, 'leaves now') as verdict, c.reason, c.detail, c.due_at, c.valid_until,
       c.variant, coalesce(c.channel, c.channels[1]) as channel, c.checks,
       (select k.name from json_each_text(c.checks) with ordinality k (name, said, place)
        where k.said is distinct from 'true' order by k.place limit 1) as failing,
       w.reason as waits, w.since_at as waits_since, c.context, c.recipient
from candidate c left join waiting w using (touchpoint, subject_id)
where cast(:order_id as text) is null or c.order_id = :order_id
order by c.touchpoint, c.due_at, c.subject_id
