-- Who:    candidates, with how their customer can be reached.
-- Why:    the preferred channel first, then the touchpoint's order, then whichever has an address.
-- Params: none
with yes as materialized (
  select customer_id from marketing_consent where customer_id = any(array(select customer_id from candidate))
  except
  select customer_id from refused_as_another where topic = 'marketing'
)
update candidate c
set email = k.email, address_key = k.address_key, language = k.language, zone = k.zone, status = k.status,
    recipient = k.recipient || jsonb_build_object('consent', y.customer_id is not null),
    channel = (select a.channel from unnest(c.channels) with ordinality a (channel, place)
               where case a.channel when 'email' then k.email when 'line' then k.line_user_id
                                    when 'sms' then k.phone when 'push' then k.push_token end is not null
               order by a.channel is distinct from k.preferred_channel, a.place limit 1)
from contactable k left join yes y using (customer_id)
where k.customer_id = c.customer_id
