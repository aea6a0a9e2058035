-- Who:    messages about to leave, each with the first check it fails; null = it may go.
-- Grain:  message. Run at the claim and again before every post, so that an opt-out counts inside a planned hour.
-- Why:    what only a claim asks (switch, erasure, address, outbound guard) stands here; all else is the gates' verdict on the
--         candidates of ledger/recheck.
-- Why:    stopped_address beside the gate of suppressions: what was said a moment ago counts before any load records it.
-- Params: touchpoints, subjects, address_field, guarded, allowed
select m.touchpoint, m.subject_id, m.run_id, m.order_id, c.verdict,
  case
    when is_stopped(m.touchpoint, m.channel) then 'paused'
    when n.subject_id is null then 'erased'
    when c.verdict is not null then c.reason
    when m.seed and m.valid_until <= business_now() then 'too_late'
    when exists (select from stopped_address s where s.address_key = m.address_key and (s.scope = 'all' or m.class = 'M')) then 'suppressed'
    when m.channel <> 'email' and exists (select from consent_now s where s.customer_id = m.customer_id and s.channel = m.channel
                                          and s.topic = 'all' and not s.granted) then 'channel_refused'
    when coalesce(n.recipient ->> :address_field, '') = '' then 'no_address'
    when :guarded and lower(n.recipient ->> :address_field) <> all(cast(:allowed as text[])) then 'outbound_guard'
  end as failed
from unnest(cast(:touchpoints as text[]), cast(:subjects as text[])) with ordinality asked (touchpoint, subject_id, place)
join message m using (touchpoint, subject_id)
left join candidate c using (touchpoint, subject_id)
left join message_content n using (touchpoint, subject_id)
order by asked.place
