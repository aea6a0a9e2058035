-- Effect: region_of(text): a prefecture as JP-13: from 東京都, 東京, Tokyo, Tōkyō-to or its number 13. What is none stays as it is.
-- Params: none
create function pg_temp.region_of(value text) returns text language sql immutable as $$
  select coalesce('JP-' || lpad(coalesce(array_position(array[
           '北海道','青森','岩手','宮城','秋田','山形','福島','茨城','栃木','群馬','埼玉','千葉','東京','神奈川','新潟','富山','石川','福井','山梨','長野','岐阜','静岡','愛知','三重',
           '滋賀','京都','大阪','兵庫','奈良','和歌山','鳥取','島根','岡山','広島','山口','徳島','香川','愛媛','高知','福岡','佐賀','長崎','熊本','大分','宮崎','鹿児島','沖縄'],
           case when plain in ('北海道', '京都') then plain else regexp_replace(plain, '[都府県]$', '') end),
         array_position(array[
           'hokkaido','aomori','iwate','miyagi','akita','yamagata','fukushima','ibaraki','tochigi','gunma','saitama','chiba','tokyo','kanagawa','niigata','toyama',
           'ishikawa','fukui','yamanashi','nagano','gifu','shizuoka','aichi','mie','shiga','kyoto','osaka','hyogo','nara','wakayama','tottori','shimane','okayama',
           'hiroshima','yamaguchi','tokushima','kagawa','ehime','kochi','fukuoka','saga','nagasaki','kumamoto','oita','miyazaki','kagoshima','okinawa'],
           regexp_replace(translate(lower(plain), 'ōūô', 'ouo'), '[- ](to|fu|ken|prefecture)$', '')),
         case when plain ~ '^([1-9]|0[1-9]|[1-3]\d|4[0-7])$' then plain::int end)::text, 2, '0'), plain)
  from (select pg_temp.plain_of(value)) as whole(plain)
$$
