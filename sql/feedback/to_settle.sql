-- Who:    whether an address must be suppressed, or no longer.
-- Grain:  one row, true or false.
-- Params: none
select exists (select from stopped_address s where not exists (select from suppression p where p.address_key = s.address_key and p.scope = s.scope))
    or exists (select from suppression p
               where p.source like 'feedback:%'
                 and not exists (select from stopped_address s where s.address_key = p.address_key and s.scope = p.scope))
