-- Who:    answers to the satisfaction survey.
-- Grain:  (order, question), known when it is answered.
-- Params: now, zone
create temp table future_survey_answers on commit drop as
select m.at as known_at, s.order_id, m.at, a.question, a.answer
from story s
join survey_answers a on a.order_id = s.donor_id
cross join lateral (select pg_temp.moved(a.at, s.donor_placed_at, s.gap, s.days, :zone) as at) m
where m.at > :now
