-- Who:    what a person said and agreed to: consents and opt-outs, what they chose, tickets, posts, programmes; what other tools wrote;
--         addresses that must not be written to any more.
-- Grain:  event. `at`: when it happened; `known_at`: business time of the first load that said so.
-- Params: customer_ids, address_keys
with version as (
  select v.customer_id, v.status, v.newsletter, v.registered_at, v.from_load, l.as_of as known_at,
         lag(v.from_load) over story as before, lag(v.status) over story as old_status, lag(v.newsletter) over story as old_newsletter
  from customer_version v left join load l on l.load_id = v.from_load
  where v.customer_id = any(cast(:customer_ids as text[]))
  window story as (partition by v.customer_id order by v.from_load)
), story as (
  select registered_at as at, min(known_at) as known_at, 'registered' as kind, null as order_id, customer_id as id, null::jsonb as detail
  from version where registered_at is not null group by customer_id, registered_at
  union all
  select known_at, known_at, 'status', null, customer_id, jsonb_build_object('status', coalesce(status, 'active'))
  from version where before is not null and status is distinct from old_status
  union all
  select known_at, known_at, 'newsletter', null, customer_id, jsonb_build_object('granted', newsletter)
  from version where before is not null and newsletter is distinct from old_newsletter
  union all
  select c.at, l.as_of, 'consent', null, c.customer_id,
         jsonb_build_object('granted', c.granted, 'channel', c.channel, 'topic', coalesce(c.topic, 'marketing'), 'source', c.source)
  from consents c left join load l using (load_id) where c.customer_id = any(cast(:customer_ids as text[]))
  union all
  select c.at, l.as_of, 'consent', null, null,
         jsonb_build_object('granted', c.granted, 'channel', c.channel, 'topic', coalesce(c.topic, 'marketing'), 'source', c.source)
  from consents c left join load l using (load_id)
  where c.address = any(cast(:address_keys as text[])) and c.customer_id is null
  union all
  select s.at, l.as_of, 'suppressed', null, null, jsonb_build_object('scope', s.scope, 'reason', s.reason, 'source', s.source)
  from suppression s left join load l on l.load_id = s.from_load where s.address_key = any(cast(:address_keys as text[]))
  union all
  select p.said_at, l.as_of, 'preference', null, p.customer_id,
         jsonb_build_object('language', p.language, 'channel', p.preferred_channel, 'paused_until', p.paused_until, 'source', p.source)
  from preference p left join load l on l.load_id = p.from_load where p.customer_id = any(cast(:customer_ids as text[]))
  union all
  select w.at, min(l.as_of), w.kind, v.order_id, v.ticket_id, jsonb_build_object('channel', v.channel, 'about', v.topic)
  from ticket_version v
  left join load l on l.load_id = v.from_load
  cross join lateral (values ('ticket_opened', v.opened_at), ('ticket_closed', v.closed_at)) w (kind, at)
  where v.customer_id = any(cast(:customer_ids as text[])) and w.at is not null
  group by w.at, w.kind, v.order_id, v.ticket_id, v.channel, v.topic
  union all
  select j.at, null, j.kind, null, j.journey, null
  from (
    select case k.n when 1 then entered_at else left_at end as at, case k.n when 1 then 'journey_entered' else 'journey_left' end as kind, journey
    from journeys cross join (values (1), (2)) k (n) where customer_id = any(cast(:customer_ids as text[]))
  ) j
  where j.at is not null
  union all
  select y.joined_at, l.as_of, 'joined', null, y.customer_id, jsonb_build_object('tier', y.tier)
  from loyalty y left join load l on l.load_id = y.from_load
  where y.customer_id = any(cast(:customer_ids as text[])) and y.joined_at is not null
  union all
  select m.at, l.as_of, 'mention', null, m.mention_id, jsonb_build_object('platform', m.platform, 'author', m.author, 'text', m.text)
  from mentions m left join load l on l.load_id = m.from_load where m.customer_id = any(cast(:customer_ids as text[]))
  union all
  select p.at, l.as_of, 'other_tool', null, null, jsonb_build_object('channel', p.channel, 'source', p.source)
  from pressure p left join load l using (load_id) where p.customer_id = any(cast(:customer_ids as text[]))
  union all
  select p.at, l.as_of, 'other_tool', null, null, jsonb_build_object('channel', p.channel, 'source', p.source)
  from pressure p left join load l using (load_id)
  where p.address = any(cast(:address_keys as text[])) and p.customer_id is null
)
select at, known_at, kind, order_id, id, detail from story where at <= business_now()
