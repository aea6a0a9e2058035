-- Effect: what authors said about their photos is a fact: never changed, the last word of a mention counts.
-- Params: ids
insert into mention_permission (mention_id, given, at, by, proof, feedback_id)
select p.mention_id, p.given, f.at, p.by, p.proof, f.feedback_id
from feedback f
cross join lateral jsonb_to_record(f.raw -> 'permission') p (mention_id text, given boolean, by text, proof text)
where f.kind = 'preference' and f.feedback_id = any(cast(:ids as bigint[])) and jsonb_typeof(f.raw -> 'permission') = 'object'
order by f.feedback_id
on conflict do nothing
