-- Effect: slot_of(text): hours of delivery somebody asked for, as 午前中 or 14-16: from 午前, 8時～12時, 14:00〜16:00, 1416.
--         Nothing asked for is null; another word (夜間) stays as it is.
-- Params: none
create function pg_temp.slot_of(value text) returns text language sql immutable as $$
  select case when plain ~ '指定(なし|しない|無し)|希望(なし|しない|無し)|^(なし|無し|0+)$' then null
              when plain ~* '午前|^morning$|^am$' or hours in ('8-12', '9-12') then '午前中'
              when hours is not null then hours else plain end
  from (select plain, (select ltrim(m[1], '0') || '-' || ltrim(m[2], '0')
                       from regexp_match(plain, '^\D*?(\d{1,2})(?=\D|\d\d$)(?:[:]\d\d|時)?\s*[~〜～‐−ー–-]?\s*(\d{1,2})(?:[:]\d\d|時)?\D*$') as m) as hours
        from (select pg_temp.plain_of(value)) as whole(plain)) as read
$$
