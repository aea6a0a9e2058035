-- Who:    candidates of a notice whose operator chose channels: they take those alone, where any of them is still there.
-- Params: none
update candidate c
set channels = coalesce(nullif(array(select o.channel from unnest(c.channels) with ordinality o (channel, place)
                                     where n.request -> 'channels' ? o.channel order by o.place), '{}'), c.channels)
from notice n
where c.context ? 'notice' and n.plan_id = c.context -> 'notice' ->> 'plan_id' and n.request -> 'channels' <> '[]'
