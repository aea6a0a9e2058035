-- Who:    what providers and people said after messages left: bounces, complaints, opens, clicks, replies, opt-outs.
-- Grain:  event. `message_key` where it was of one message.
-- Params: message_keys, address_keys
with story as (
  select at, 'feedback_' || kind as kind, message_key, jsonb_build_object('channel', channel, 'provider', provider, 'reason', reason) as detail
  from feedback where message_key = any(cast(:message_keys as uuid[]))
  union all
  select at, 'feedback_' || kind, null, jsonb_build_object('channel', channel, 'provider', provider, 'reason', reason)
  from feedback
  where address_key = any(cast(:address_keys as text[])) and message_key is null
    and kind in ('bounced', 'complained', 'unsubscribed', 'resubscribed')
)
select at, cast(null as timestamptz) as known_at, kind, message_key, detail from story where at <= business_now()
