-- Who:    pages that were saved and replies that are no facts yet.
-- Grain:  feedback_id.
-- Why:    no cursor: an id taken earlier may commit later, and a cursor would have passed it by.
-- Params: none
select feedback_id from feedback f
where kind in ('preference', 'replied') and not exists (select from feedback_settled s where s.feedback_id = f.feedback_id)
order by feedback_id
