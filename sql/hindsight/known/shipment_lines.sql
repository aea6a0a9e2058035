-- Who:    rows of shipment_lines of the late orders as we know them now: the newest version known then, or brought by a late fact.
-- Grain:  shipment_id x line_no.
-- Params: load_id
select * from (
  select distinct on (v.shipment_id, v.line_no) v.*
  from (select e.* from shipment_lines_ever e where e.shipment_id in (select shipment_id from known_shipments)) v
  where v.from_load <= :load_id or exists (select from late_fact f join known_shipments s on s.order_id = f.order_id
                                        where s.shipment_id = v.shipment_id and f.load_id = v.from_load)
  order by v.shipment_id, v.line_no, v.from_load desc
) k
where k.to_load is null or k.to_load > :load_id
