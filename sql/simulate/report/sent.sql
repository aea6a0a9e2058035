-- Who:    messages that left after :since, up to :until.
-- Grain:  touchpoint x channel x day x hour of the shop's clock.
-- Params: since, until, zone
select touchpoint, class, channel, to_char(state_at at time zone :zone, 'YYYY-MM-DD') as day,
       cast(extract(hour from state_at at time zone :zone) as integer) as hour, count(*) as messages
from message
where state = 'accepted' and state_at > :since and state_at <= :until
group by 1, 2, 3, 4, 5
order by 1, 3, 4, 5
