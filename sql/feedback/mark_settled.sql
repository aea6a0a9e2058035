-- Effect: these words are facts now.
-- Params: ids
insert into feedback_settled (feedback_id) select unnest(cast(:ids as bigint[]))
