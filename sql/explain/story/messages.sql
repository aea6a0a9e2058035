-- Who:    every message of a person with each state it entered, and what waited, why and since when.
-- Grain:  message x state; touchpoint x subject x reason it waited for. An hour that held it for the same reason says nothing new.
-- Params: customer_ids, order_id
with story as (
  select e.state_at as at, null::timestamptz as known_at, 'message_' || e.state as kind, m.order_id, m.subject_id as id,
         jsonb_build_object('touchpoint', m.touchpoint, 'reason', e.reason, 'channel', m.channel, 'variant', m.variant) as detail, e.event_id as place
  from message m join message_event e using (touchpoint, subject_id)
  where m.customer_id = any(cast(:customer_ids as text[])) and (cast(:order_id as text) is null or m.order_id = :order_id)
  union all
  select min(case when w.first then w.since_at else w.known_at end), null, 'message_waits', w.order_id, w.subject_id,
         jsonb_build_object('touchpoint', w.touchpoint, 'reason', w.reason, 'detail', (array_agg(w.detail order by w.from_load))[1]), 0
  from (
    select v.touchpoint, v.subject_id, v.order_id, v.reason, v.detail, v.since_at, v.from_load, l.as_of as known_at,
           row_number() over (partition by v.touchpoint, v.subject_id, v.since_at order by v.from_load) = 1 as first
    from waiting_version v left join load l on l.load_id = v.from_load
    where v.customer_id = any(cast(:customer_ids as text[])) and (cast(:order_id as text) is null or v.order_id = :order_id)
  ) w
  group by w.touchpoint, w.subject_id, w.order_id, w.reason, w.since_at
)
select at, known_at, kind, order_id, id, detail from story where at <= business_now() order by at, place
