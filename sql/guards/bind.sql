-- Who:    the shop, order system and secret this database belongs to; written once, at first use. A database of a time before the
--         secret was bound gets it now.
-- Grain:  one row.
-- Params: shop, oms, secret_key
with first as (
  insert into binding (shop, oms, secret_key) values (:shop, :oms, :secret_key) on conflict do nothing returning shop, oms, secret_key
), since_then as (
  update binding set secret_key = :secret_key where secret_key is null returning shop, oms, secret_key
)
select shop, oms, secret_key from first
union all select shop, oms, secret_key from since_then
union all select shop, oms, secret_key from binding
limit 1
