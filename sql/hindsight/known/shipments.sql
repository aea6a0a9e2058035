-- Who:    rows of shipments of the late orders as we know them now: the newest version known then, or brought by a late fact.
-- Grain:  shipment_id.
-- Params: load_id
select * from (
  select distinct on (v.shipment_id) v.*
  from (select e.* from shipments_ever e join late_order using (order_id)) v
  where v.from_load <= :load_id or exists (select from late_fact f where f.feed = 'shipments' and f.fact = v.shipment_id and f.load_id = v.from_load)
  order by v.shipment_id, v.from_load desc
) k
where k.to_load is null or k.to_load > :load_id
