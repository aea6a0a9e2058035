-- Who:    this run, with all its decisions were a function of.
-- Why:    its transaction's id marks what it decided (message_event.xact); seen is what of the ledger it decided on.
-- Params: run_id, as_of, load_id, versions, gates, windows, verdicts, plan_id, rulebook, inputs, seen, is_express
insert into run (run_id, as_of, load_id, versions, gates, windows, verdicts, plan_id, rulebook, inputs,
                 xact, seen, is_express)
values (:run_id, :as_of, :load_id, cast(:versions as jsonb), cast(:gates as jsonb), cast(:windows as jsonb), cast(:verdicts as jsonb), :plan_id,
        :rulebook, cast(:inputs as jsonb), pg_current_xact_id(), cast(:seen as pg_snapshot), :is_express)
