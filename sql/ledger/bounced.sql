-- Who:    class T messages that were accepted and are still worth sending, whose address a provider has since called dead, with
--         the key its word names; none that fell back before.
-- Grain:  message x bounce, messages locked.
-- Why:    our key is a hash of touchpoint and subject: the caller compares it, for the address may have bounced for another message.
-- Params: as_of
select m.touchpoint, m.subject_id, f.message_key
from feedback f join message m on m.address_key = f.address_key and m.channel = f.channel
where f.kind = 'bounced' and m.state = 'accepted' and m.class = 'T' and m.valid_until > :as_of and m.fell_back_from is null
for update of m skip locked
