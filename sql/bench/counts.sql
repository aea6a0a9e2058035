-- Who:    what one hour went through: orders touched, delays open, candidates, messages.
-- Grain:  one row.
-- Params: run_id
select (select count(*) from touched_order t join load l using (load_id) where l.run_id = r.run_id and l.kind = 'merge') as changed_orders,
       (select count(*) from touched_order t join load l using (load_id) where l.run_id = r.run_id and l.kind = 'fold') as folded_orders,
       (select count(*) from delay where lifted_at is null) as open_delays,
       (select coalesce(sum(n.value::bigint), 0) from jsonb_each(r.verdicts) v cross join jsonb_each_text(v.value) n)::bigint as candidates,
       (select count(*) from message m where m.run_id = r.run_id) as messages,
       (select count(*) from message m where m.run_id = r.run_id and m.state = 'accepted') as accepted,
       (select count(*) from waiting) as waiting,
       (select count(*) from orders) as orders, (select count(*) from customers) as customers, (select count(*) from tracking_events) as scans
from run r
where r.run_id = :run_id
