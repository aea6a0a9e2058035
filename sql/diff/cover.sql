-- Effect: what the digests of this hour told (as decide/plan_covers).
-- Params: load_id
insert into own_covers (touchpoint, member, subject_id, planned_load)
select c.touchpoint, member, c.subject_id, :load_id
from candidate c cross join lateral jsonb_array_elements_text(c.context -> 'covers') member
where (c.verdict is null or c.verdict = 'approval') and jsonb_typeof(c.context -> 'covers') = 'array'
