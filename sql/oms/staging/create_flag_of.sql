-- Effect: flag_of(text): yes and no in the words of exports, as true and false. Empty is null, what is neither stays as it is.
-- Params: none
create function pg_temp.flag_of(value text) returns text language sql immutable as $$
  select case when lower(plain) in ('yes', 'y', 'true', '1', 'on', 'はい', '希望', '希望する', '受け取る', '受信する', '登録', '購読', '可', '有', 'あり') then 'true'
              when lower(plain) in ('no', 'n', 'false', '0', 'off', 'いいえ', '希望しない', '受け取らない', '受信しない', '未登録', '解除', '不可', '無', 'なし') then 'false'
              else plain end
  from (select pg_temp.plain_of(value)) as whole(plain)
$$
