-- Who:    addresses asked in this run.
-- Grain:  address.
-- Why:    written in the transaction that stores what they told, so that a run that dies asks again. Addresses not asked for 30
--         days are forgotten: no feed announces them any more.
-- Params: rows, as_of
with gone as (
  delete from hazard_fetch where asked_at < :as_of - interval '30 days'
)
insert into hazard_fetch (url, source, etag, last_modified, asked_at, good_at, failures, retry_at, problem)
select *
from jsonb_to_recordset(cast(:rows as jsonb)) as row (
  url text, source text, etag text, last_modified text, asked_at timestamptz, good_at timestamptz, failures integer,
  retry_at timestamptz, problem text)
on conflict (url) do update set
  (etag, last_modified, asked_at, good_at, failures, retry_at, problem) =
  (excluded.etag, excluded.last_modified, excluded.asked_at, excluded.good_at, excluded.failures, excluded.retry_at, excluded.problem)
