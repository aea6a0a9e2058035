-- Who:    candidates no gate of people and facts stopped, as the due set's suite sees them.
-- Grain:  candidate.   broken: the first column that is missing, or field of the context that is missing or not of its declared type.
-- Why:    contexts stay in the database, and one path asks all fields of one at once; which field it was is asked of broken ones only.
-- Params: contract
with kept as materialized (
  select t.key as touchpoint, cast(t.value ->> 'all' as jsonpath) as path, t.value -> 'each' as fields
  from jsonb_each(cast(:contract as jsonb)) t
)
select c.touchpoint, c.subject_id, cast(extract(epoch from c.due_at) as float8) as due_at,
       cast(extract(epoch from c.valid_until) as float8) as valid_until, c.touchpoint || '/' || c.variant as variant,
       c.touchpoint || '/' || c.language as language,
       case when c.customer_id is null then 'customer_id' when c.due_at is null then 'due_at' when c.valid_until is null then 'valid_until'
            when c.variant is null then 'variant' when c.context @@ k.path then null
            else (select 'context.' || (f.value ->> 0) from jsonb_array_elements(k.fields) with ordinality f (value, place)
                  where not coalesce(c.context @@ cast(f.value ->> 1 as jsonpath), false) order by place limit 1) end as broken
from candidate c join kept k using (touchpoint)
where c.verdict is null
