-- Who:    the shop and order system this database belongs to; written once, at first use.
-- Grain:  one row.
-- Params: shop, oms
with first as (
  insert into binding (shop, oms) values (:shop, :oms) on conflict do nothing returning shop, oms
)
select shop, oms from first union all select shop, oms from binding limit 1
