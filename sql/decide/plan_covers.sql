-- Who:    members a digest planned just now speaks for: no later digest will tell them again.
-- Grain:  touchpoint x member.
-- Params: run_id, load_id
insert into covers (touchpoint, member, subject_id, planned_load)
select c.touchpoint, member, c.subject_id, :load_id
from candidate c
join message m using (touchpoint, subject_id)
cross join lateral jsonb_array_elements_text(c.context -> 'covers') member
where m.run_id = :run_id
on conflict (touchpoint, member) do nothing
