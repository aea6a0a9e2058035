-- Who:    candidates, with how their customer can be reached: on the first channel that has an address of theirs.
-- Why:    an address that is not suppressed first, then the preferred channel, then the touchpoint's order. Somebody who said no to
--         all of a channel (consents: its channel, topic all) cannot be reached on it; marketing by another channel than e-mail
--         needs a yes for that channel, or on paper no no. Channels of other ids of a merged customer count as theirs.
--         A postcard goes to where the customer's last parcel went, an insert into a parcel that has not left (facts/to_buyer).
-- Params: none
with yes as materialized (
  select customer_id from marketing_consent where customer_id = any(array(select customer_id from candidate))
  except
  select customer_id from refused_as_another
  where topic = 'marketing' and customer_id = any(array(select customer_id from candidate))
), asked as materialized (
  select customer_id from candidate where channels <> array['email']
), said as materialized (
  select customer_id, channel, topic, granted from consent_now
  where customer_id = any(array(select customer_id from asked)) and channel <> 'email'
  union all
  select p.customer_id, n.channel, n.topic, n.granted
  from same_person p
  cross join lateral (select * from consent_now w where w.customer_id = p.same_id offset 0) n
  where p.customer_id = any(array(select customer_id from asked)) and n.channel <> 'email' and not n.granted
)
update candidate c
set email = k.email, language = k.language, zone = k.zone, status = k.status,
    (recipient, channel, address_key) = (
      select k.recipient || jsonb_build_object('consent', y.customer_id is not null)
               || jsonb_strip_nulls(jsonb_build_object('postal', paper.postal, 'box', paper.box)), way.channel, way.address_key
      from (
        select case when 'postcard' = any(c.channels) then (
                 select b.postal from to_buyer b
                 where b.customer_id in (c.customer_id, k.recipient ->> 'customer_id') and b.postal is not null
                 order by b.placed_at desc limit 1) end as postal,
               case when 'insert' = any(c.channels) then (
                 select jsonb_build_object('order_id', b.order_id, 'location_id', b.location_id) from to_buyer b
                 where b.order_id = c.order_id and b.has_left is not true) end as box
        offset 0
      ) paper
      left join lateral (
        select a.channel, a.address_key
        from unnest(c.channels) with ordinality o (channel, place)
        join (values ('email', k.email, k.address_key), ('line', k.line_user_id, k.line_key), ('sms', k.phone, k.phone_key),
                     ('push', k.push_token, k.push_key), ('postcard', paper.postal ->> 'address', null),
                     ('insert', paper.box ->> 'order_id', null)) a (channel, address, address_key) using (channel)
        where a.address is not null
          and (a.channel = 'email'
               or (k.customer_id, a.channel) not in (select customer_id, channel from said where topic = 'all' and not granted)
                  and (c.class <> 'M'
                       or a.channel in ('postcard', 'insert')
                          and (k.customer_id, a.channel) not in (select customer_id, channel from said where not granted)
                       or (k.customer_id, a.channel) in (select customer_id, channel from said where topic in ('marketing', 'newsletter')
                                                         group by customer_id, channel having bool_and(granted))))
        order by exists (select from suppression s where s.address_key = a.address_key and s.scope = 'all'),
                 a.channel is distinct from k.preferred_channel, o.place
        limit 1
      ) way on true)
from contactable k left join yes y using (customer_id)
where k.customer_id = c.customer_id
