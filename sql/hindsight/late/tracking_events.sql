-- Who:    tracking_events of the late orders that happened by then and came later.
-- Grain:  fact.
-- Params: load_id, newest, as_of
select e.* from tracking_events_ever e
where e.load_id > :load_id and e.load_id <= :newest and e.occurred_at <= :as_of
  and (e.carrier, e.tracking_number) in (select carrier, tracking_number from known_shipments)
