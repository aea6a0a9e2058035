-- Stops:  customers nobody can reach on any of the touchpoint's channels.
-- Reason: no_address. Class: all. Deferred: an address may still arrive while the message is worth sending.
-- Params: as_of
update candidate
set verdict = 'waiting', reason = 'no_address', detail = jsonb_build_object('channels', channels),
    recheck_at = :as_of + interval '1 hour'
where verdict is null and channel is null
