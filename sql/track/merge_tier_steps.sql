-- Who:    tiers that differ from what is stored.
-- Grain:  tier. Result: how many came, changed or went.
-- Params: steps
with wanted as (
  select * from jsonb_to_recordset(cast(:steps as jsonb)) s (name text, spend numeric(18,4), currency text, is_vip boolean)
), gone as (
  delete from tier_step t where not exists (select from wanted w where w.name = t.name) returning t.name
), written as (
  insert into tier_step as t (name, spend, currency, is_vip)
  select name, spend, currency, is_vip from wanted
  on conflict (name) do update
  set spend = excluded.spend, currency = excluded.currency, is_vip = excluded.is_vip, from_load = current_load()
  where (t.spend, t.currency, t.is_vip) is distinct from (excluded.spend, excluded.currency, excluded.is_vip)
  returning t.name
)
select (select count(*) from gone) + (select count(*) from written)
