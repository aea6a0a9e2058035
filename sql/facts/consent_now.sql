-- Who:    the last word on each topic of each person or address, by business time.
-- Grain:  customer_id x address x channel x topic.
-- Why:    consents are facts kept with time and source; a withdrawal is a newer row, never an edit.
-- Params: none
select distinct on (customer_id, address, channel, topic)
       customer_id, address, channel, coalesce(topic, 'marketing') as topic, granted, at, source
from consents
where at <= business_now()
order by customer_id, address, channel, topic, at desc, granted
