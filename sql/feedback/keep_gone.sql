-- Effect: the address of each message is said to have bounced, by the answer to its post.
-- Why:    push tokens die by answer; what stands in feedback stops the address at once and is settled as any bounce. It names no
--         message: that one was rejected, and may reach its reader on another channel.
-- Params: touchpoints, subjects, keys, reason
insert into feedback (provider, event_id, kind, channel, message_key, address_key, reason, at, raw)
select b.provider, 'gone:' || asked.key, 'bounced', m.channel, null, m.address_key, :reason, clock_timestamp(), '{}'
from unnest(cast(:touchpoints as text[]), cast(:subjects as text[]), cast(:keys as uuid[])) asked (touchpoint, subject_id, key)
join message m using (touchpoint, subject_id)
join batch b using (batch_id)
where m.address_key is not null
on conflict (provider, event_id) do nothing
