-- Who:    messages nobody released while they were worth sending.
-- Grain:  touchpoint x subject.
-- Params: as_of
select touchpoint, subject_id, 'too_late' as reason from message where state = 'approval' and valid_until <= :as_of
