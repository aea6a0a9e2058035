-- Who:    delays that are true at :as_of; every rule adds its own.
-- Grain:  order x cause. first_seen_at: when the rule became true, by the data. Both days null = new date to follow.
-- Params: none
create temp table found_delay (
  order_id text, cause text, shipment_id text, region text, evidence jsonb, first_seen_at timestamptz, new_from_on date, new_until_on date,
  primary key (order_id, cause)
) on commit drop
