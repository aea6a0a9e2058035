-- Who:    mentions whose author said whether the shop may show the photo: the last word of each.
-- Grain:  mention_id.
-- Params: none
select distinct on (mention_id) mention_id, given, at, by, proof
from mention_permission
order by mention_id, at desc, feedback_id desc
