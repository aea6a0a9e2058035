-- Who:    candidates of one decision, claim or explanation; its rows are gone with the transaction.
-- Grain:  touchpoint x subject. One table a session: a new one for every claim would bloat the catalogue.
-- Params: none
create temp table if not exists candidate (
  planned_at  timestamptz not null default '9999-01-01Z',  -- a claim asks for what was planned then; a decision for what is new
  touchpoint  text not null,
  subject_id  text not null,
  customer_id text,             -- null here, or in a time or the variant: the due set's suite says so of this candidate alone
  order_id    text,
  due_at      timestamptz,
  valid_until timestamptz,
  variant     text,
  checks      json not null,
  context     jsonb not null,
  class       text not null,
  priority    integer not null,
  mode        text not null,
  holdout     double precision not null,
  needs       text[] not null,
  channels    text[] not null,
  -- filled by enrich
  email text, address_key text, channel text, language text, zone text, status text, recipient jsonb,
  -- filled by the gates 28_incentive (from which pool, on which terms) and 95_code
  pool text, terms jsonb, coupon jsonb,
  -- filled by the first gate that stops it; null after all gates = it leaves now
  verdict     text check (verdict in ('done', 'dropped', 'expired', 'waiting', 'approval', 'held_out', 'cancelled')),
  reason      text,
  detail      jsonb,
  recheck_at  timestamptz,
  primary key (touchpoint, subject_id)
) on commit delete rows
