-- Who:    candidates, with how their customer can be reached.
-- Why:    the preferred channel first, then the touchpoint's order, then whichever has an address.
-- Params: none
update candidate c
set email = k.email, address_key = k.address_key, language = k.language, zone = k.zone, status = k.status,
    recipient = k.recipient || jsonb_build_object('consent', m.customer_id is not null and (k.customer_id, 'marketing') not in (
      select customer_id, topic from refused_as_another)),
    channel = (select a.channel from unnest(c.channels) with ordinality a (channel, place)
               where case a.channel when 'email' then k.email when 'line' then k.line_user_id
                                    when 'sms' then k.phone when 'push' then k.push_token end is not null
               order by a.channel is distinct from k.preferred_channel, a.place limit 1)
from contactable k left join marketing_consent m using (customer_id)
where k.customer_id = c.customer_id
