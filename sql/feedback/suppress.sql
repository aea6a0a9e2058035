-- Effect: every address that bounced for good, complained or opted out is suppressed.
-- Params: none
insert into suppression (address_key, scope, reason, at, source)
select s.address_key, s.scope, s.kind, s.at, 'feedback:' || s.provider
from stopped_address s
where not exists (select from suppression p where p.address_key = s.address_key and p.scope = s.scope)
