-- Who:    template: rows of {table} no longer listed by a {parent} that was delivered again. Children travel whole.
-- Grain:  key.   Not where a row of that {parent} was set aside in this run: what cannot be read has not vanished.
-- Effect: they go (with history) and their orders are touched. Returns how many went.
-- Params: run_id
with gone as (
  delete from {table} t
  using (select distinct {column} from stage_{table}) d
  where t.{column} = d.{column}
    and not exists (select from stage_{table} s where {same_key})
    and not exists (select from rejected_fact r
                    where r.table_name = '{table}' and r.run_id = :run_id and r.content ->> '{column}' = t.{column})
  returning t.{column}
), touched as (
  insert into touched_order (load_id, order_id)
  select distinct current_load(), p.order_id from gone g join {parent} p on p.{column} = g.{column}
  on conflict do nothing
)
select count(*) from gone
