-- Who:    candidates of this chunk that may leave; a subject found in two chunks is one.
-- Params: none
insert into kept_candidate select * from candidate where verdict is null on conflict (touchpoint, subject_id) do nothing
