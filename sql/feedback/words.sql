-- Who:    the last word of one customer on each topic of each channel.
-- Grain:  channel x topic.
-- Params: customer
select channel, topic, granted
from consent_now
where customer_id = :customer
