-- Effect: copies for colleagues are planned, each once a day: the ledger's key says so.
-- Grain:  touchpoint x seed x day x variant.
-- Params: seeds, as_of, load_id, run_id
with given as materialized (
  select * from jsonb_to_recordset(cast(:seeds as jsonb)) as s (
    touchpoint text, subject_id text, customer_id text, address_key text, class text, language text, variant text, priority integer,
    due_at timestamptz, valid_until timestamptz, context jsonb, recipient jsonb)
), planned as (
  insert into message (touchpoint, subject_id, customer_id, class, channel, address_key, language, variant, priority, due_at,
                       valid_until, planned_at, planned_load, run_id, state, state_at, seed)
  select touchpoint, subject_id, customer_id, class, 'email', address_key, language, variant, priority, due_at, valid_until,
         :as_of, :load_id, :run_id, 'planned', :as_of, true
  from given
  on conflict (touchpoint, subject_id) do nothing
  returning touchpoint, subject_id, channel, class, priority, due_at
), content as (
  insert into message_content (touchpoint, subject_id, context, recipient)
  select touchpoint, subject_id, g.context, g.recipient from planned join given g using (touchpoint, subject_id)
)
insert into outbox (touchpoint, subject_id, channel, class, priority, due_at)
select touchpoint, subject_id, channel, class, priority, due_at from planned
