-- Effect: the ledger as one version would have it: the record's, but for what was decided anew.
-- Why:    a decision that is the record's (same message, same hour) keeps the record's fate. Of any other nobody knows a fate: it is
--         taken to have left in its hour.
-- Params: none
create temporary view message as
select o.touchpoint, o.subject_id, o.customer_id, o.order_id, o.class, o.channel, o.address_key, o.language, o.variant, o.priority,
       o.due_at, o.valid_until, o.planned_at, o.planned_load, o.run_id,
       case when o.state in ('planned', 'approval') then coalesce(r.state, replace(o.state, 'planned', 'accepted')) else o.state end as state,
       o.reason, coalesce(r.state_at, o.state_at) as state_at, o.batch_id, o.seed
from own_message o
left join recorded_message r on r.touchpoint = o.touchpoint and r.subject_id = o.subject_id and r.run_id = o.run_id
union all
select r.* from recorded_message r
where not exists (select from replaced a where a.run_id = r.run_id and a.touchpoint = r.touchpoint)
