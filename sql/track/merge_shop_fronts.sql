-- Who:    shop fronts whose offers differ from what is stored.
-- Grain:  shop front. Result: how many came, changed or went.
-- Params: fronts
with wanted as (
  select * from jsonb_to_recordset(cast(:fronts as jsonb))
    f (source text, stamp_places integer, surprise_share numeric, has_membership boolean, has_community boolean)
), gone as (
  delete from shop_front f where not exists (select from wanted w where w.source = f.source) returning f.source
), written as (
  insert into shop_front as f (source, stamp_places, surprise_share, has_membership, has_community)
  select source, stamp_places, surprise_share, has_membership, has_community from wanted
  on conflict (source) do update
  set stamp_places = excluded.stamp_places, surprise_share = excluded.surprise_share, has_membership = excluded.has_membership,
      has_community = excluded.has_community, from_load = current_load()
  where (f.stamp_places, f.surprise_share, f.has_membership, f.has_community)
        is distinct from (excluded.stamp_places, excluded.surprise_share, excluded.has_membership, excluded.has_community)
  returning f.source
)
select (select count(*) from gone) + (select count(*) from written)
