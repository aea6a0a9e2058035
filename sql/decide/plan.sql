-- Who:    candidates no gate stopped, and those held out, to be approved, too late, or marked by a backfill: each gets its one ledger row.
-- Grain:  touchpoint x subject.
-- Why:    on conflict do nothing: the natural key is the guard against two runs, not the gate before it.
-- Params: as_of, load_id, run_id
insert into message (touchpoint, subject_id, customer_id, order_id, class, channel, address_key, language, variant, priority,
                     due_at, valid_until, planned_at, planned_load, run_id, state, reason, state_at)
select touchpoint, subject_id, customer_id, order_id, class, coalesce(channel, channels[1]), address_key,
       coalesce(language, 'ja'), variant, priority, due_at, valid_until, :as_of, :load_id, :run_id,
       coalesce(verdict, 'planned'), reason, :as_of
from candidate
where verdict is null or verdict in ('held_out', 'approval', 'expired', 'cancelled')
order by touchpoint, subject_id
on conflict (touchpoint, subject_id) do nothing
