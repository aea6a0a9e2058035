-- Who:    messages about to leave, each with the first claim check it fails; null = it may go.
-- Grain:  message. Run at the claim and again before every post, so that an opt-out counts inside a planned hour.
-- Why:    the same rules as sql/decide/gates, asked of ledger rows: time, facts or people may have changed since the plan.
-- Params: touchpoints, subjects, as_of, address_field, guarded, allowed
select m.touchpoint, m.subject_id, m.class, m.run_id, m.order_id,
  case
    when is_stopped(m.touchpoint, m.channel) then 'paused'
    when n.subject_id is null then 'erased'
    when m.valid_until <= :as_of then 'too_late'
    when c.status <> 'active' and not (
           m.class = 'T' and c.status in ('do_not_contact', 'deceased') and exists (
             select from order_progress g
             where g.order_id = m.order_id and (g.cancelled_at is null or g.cancelled_at > :as_of)
               and (g.delivered_at is null or g.delivered_at > :as_of - interval '24 hours')))
      then case when c.status like 'merged_into:%' then 'merged' else c.status end
    when exists (select from suppression s where s.address_key = m.address_key and (s.scope = 'all' or m.class = 'M')) then 'suppressed'
    when m.class = 'M' and not exists (select from marketing_consent y where y.customer_id = m.customer_id) then 'no_consent'
    when m.class in ('S', 'M') and exists (select from consent_now y where y.customer_id = m.customer_id
                                           and y.topic = m.touchpoint and not y.granted) then 'opted_out'
    when coalesce(n.recipient ->> :address_field, '') = '' then 'no_address'
    when :guarded and lower(n.recipient ->> :address_field) <> all(cast(:allowed as text[])) then 'outbound_guard'
    when m.class in ('S', 'M') and exists (select from open_problem p where p.customer_id = m.customer_id) then 'open_problem'
    when m.class = 'M' and exists (select from journeys j where j.customer_id = m.customer_id and j.entered_at <= :as_of
                                   and (j.left_at is null or j.left_at > :as_of)) then 'journey'
    when (m.class in ('S', 'M') or (m.channel in ('sms', 'line', 'push') and m.touchpoint not in ('out_for_delivery', 'delivery_attempted')))
         and ((:as_of at time zone coalesce(k.zone, 'Asia/Tokyo'))::time >= time '21:00'
              or (:as_of at time zone coalesce(k.zone, 'Asia/Tokyo'))::time < time '08:00') then 'quiet_hours'
    when m.class in ('S', 'M') and over_cap(m, :as_of) then 'cap'
  end as failed
from unnest(cast(:touchpoints as text[]), cast(:subjects as text[])) with ordinality asked (touchpoint, subject_id, place)
join message m using (touchpoint, subject_id)
left join message_content n using (touchpoint, subject_id)
left join customers c on c.customer_id = m.customer_id
left join contactable k on k.customer_id = m.customer_id
order by asked.place
