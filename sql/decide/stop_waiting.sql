-- Who:    what waited and no longer does: it leaves, ended, or is not due any more. Only touchpoints decided in this run, and of
--         them only these orders where it decided those alone (null: all).
-- Params: touchpoints, orders
delete from waiting w
where w.touchpoint = any(:touchpoints) and (cast(:orders as text[]) is null or w.order_id = any(cast(:orders as text[])))
  and not exists (select from candidate c where c.touchpoint = w.touchpoint and c.subject_id = w.subject_id and c.verdict = 'waiting')
