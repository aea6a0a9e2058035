-- Who:    this run, with all its decisions were a function of.
-- Params: run_id, as_of, load_id, versions, gates, windows, verdicts, plan_id
insert into run (run_id, as_of, load_id, versions, gates, windows, verdicts, plan_id)
values (:run_id, :as_of, :load_id, cast(:versions as jsonb), cast(:gates as jsonb), cast(:windows as jsonb), cast(:verdicts as jsonb), :plan_id)
