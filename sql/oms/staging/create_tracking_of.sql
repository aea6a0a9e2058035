-- Effect: tracking_of(number, carrier): a parcel's number in one piece. Twelve digits are the rule of Japanese carriers: fewer
--         lost their zeros to a spreadsheet and get them back where the check digit (the others modulo 7) is right then.
-- Why:    4.02E+11 stays as it is: its digits are lost, and validation sets that row aside.
-- Params: none
create function pg_temp.tracking_of(value text, carrier text) returns text language sql immutable as $$
  select case when number ~ '^\d{8,11}$' and pg_temp.plain_of(carrier) ~* 'ヤマト|宅急便|yamato|佐川|飛脚|sagawa|日本郵便|郵便局|ゆうパック|japan ?post|^100[1-3]$'
                   and left(lpad(number, 12, '0'), 11)::bigint % 7 = right(number, 1)::int
              then lpad(number, 12, '0') else number end
  from (select case when plain ~* '^[0-9a-z -]+$' and plain !~* '^\d+[.]?\d*e' then regexp_replace(plain, '[ -]', '', 'g') else plain end
        from (select pg_temp.plain_of(value)) as whole(plain)) as bare(number)
$$
