-- Effect: an opt-out that a later yes took back no longer suppresses. What others than feedback suppressed stays.
-- Params: none
delete from suppression p
where p.source like 'feedback:%'
  and not exists (select from stopped_address s where s.address_key = p.address_key and s.scope = p.scope)
