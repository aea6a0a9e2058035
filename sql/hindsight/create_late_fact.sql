-- Who:    facts that had happened by a run's business time and that no load had brought yet.
-- Grain:  version of a row. fields: what it changed.
-- Params: load_id, newest, as_of
create temp table late_fact as
select d.feed, d.fact, d.order_id, d.happened_at, l.as_of as known_at, d.load_id,
       (select coalesce(array_agg(n.key order by n.key), '{}') from jsonb_each(d.fields) n
        where n.value is distinct from d.fields_before -> n.key and n.value <> 'null' and n.key not in ('from_load', 'to_load', 'updated_at')) as fields
from dated_fact d join load_ever l using (load_id)
where d.load_id > :load_id and d.load_id <= :newest and d.happened_at <= :as_of
