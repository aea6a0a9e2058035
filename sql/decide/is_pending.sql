-- Who:    whether these touchpoints have anything new: orders that changed since their last decision, messages not sent yet.
-- Grain:  one row.
-- Why:    an express run that finds nothing ends before it folds, decides and leaves a record: 720 a day would say nothing.
-- Params: touchpoints
select exists (
         select from touched_order
         where load_id > (select min(coalesce(w.decided_load, 0))
                          from unnest(cast(:touchpoints as text[])) t (touchpoint) left join touchpoint_window w using (touchpoint)))
       or exists (select from outbox where touchpoint = any(cast(:touchpoints as text[])))
