-- Who:    the last word on each topic of each person or address, by business time.
-- Grain:  customer_id x address x channel x topic.
-- Why:    consents are facts kept with time and source; a withdrawal is a newer row, never an edit.
-- Why:    what customers told us counts from the load that recorded it, not from when the order system's clock reaches its time:
--         an opt-out at 10:03 stops messages of the hour that was planned as of 10:00.
-- Params: none
select distinct on (customer_id, address, channel, topic)
       customer_id, address, channel, coalesce(topic, 'marketing') as topic, granted, at, source
from consents
where at <= business_now() or source like 'feedback:%'
order by customer_id, address, channel, topic, at desc, granted
