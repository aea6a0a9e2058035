-- Who:    the messages of a batch, in the order of its bytes.
-- Params: batch_id
select touchpoint, subject_id from batch_member where batch_id = :batch_id order by position
