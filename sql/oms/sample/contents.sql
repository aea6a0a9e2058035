-- Who:    the shop's news about products: a recall since this morning, an update since last week; and its stories of half a year:
--         blog posts, videos, tutorials, and two evenings live.
-- Grain:  content.
-- Params: clock
select content_id, kind, title, body, url, null as locale, product_id, category, bought_from, bought_until,
       pg_temp.iso(starts_at) as starts_at, pg_temp.iso(ends_at) as ends_at, audience, pg_temp.iso(begins_at) as begins_at
from (
  select content_id, kind, title, body, url, product_id, null as category, bought_from, bought_until, starts_at, ends_at,
         null as audience, null::timestamptz as begins_at
  from (values
      ('N-recall-APL-604', 'recall', '電気ケトル 0.8L の自主回収と無償交換について',
       E'2026年9月上旬にご注文いただいた一部の商品で、取っ手の取り付けがゆるむおそれがあることがわかりました。\nお手数ですが、ご使用をすぐにおやめください。新しい商品と無償でお取り替えします。',
       'https://shop.invalid/notice/APL-604', 'APL-604', (:clock)::date - 11, (:clock)::date - 8,
       (:clock)::timestamptz - interval '90 minutes', (:clock)::timestamptz + interval '90 days'),
      ('N-update-APL-603', 'update', '加湿空気清浄機のお手入れ動画を公開しました', 'フィルターの外し方から乾かし方まで、3分でご覧いただけます。',
       'https://shop.invalid/howto/APL-603', 'APL-603', null, null,
       (:clock)::timestamptz - interval '7 days', (:clock)::timestamptz + interval '60 days')
  ) as news (content_id, kind, title, body, url, product_id, bought_from, bought_until, starts_at, ends_at)
  union all
  select content_id, kind, title, body, 'https://shop.invalid/stories/' || lower(substr(content_id, 3)), product_id, category, null, null,
         (:clock)::timestamptz + day * interval '1 day', (:clock)::timestamptz + ends * interval '1 day', audience,
         (:clock)::timestamptz + live * interval '1 day' + interval '10 hours'
  from (values
      ('S-yame', 'blog', '八女の茶畑を訪ねて', E'山の朝は早く、霧が晴れるころには摘み手の声が聞こえてきます。\n深蒸しの味がどこから来るのか、畑と工場を歩いて聞きました。',
       null, 'food', null, -105, -75, null),
      ('S-lotion', 'video', '化粧水は、手で温めてから', '朝と夜の使い方を、2分の動画にまとめました。', null, 'cosmetics', null, -88, -58, null),
      ('S-shelf', 'tutorial', '本棚を長く使うための置き方と手入れ', E'床の水平の見方、棚板の入れ替え、ねじの締め直し。\n年に一度の手入れで、きしみを防げます。',
       'FUR-502', null, null, -66, 300, null),
      ('S-makers', 'blog', 'つくり手を訪ねて 椿油をしぼる人', '何度もご利用くださる皆さまに、つくり手の話をお届けします。', null, null, '{"orders_counted": {"min": 2}}', -50, -20, null),
      ('S-cleaner', 'video', '3分でわかる、フィルターのお手入れ', '外し方から乾かし方まで、実際の手順でご覧いただけます。', 'APL-602', null, null, -34, 120, null),
      ('S-brew', 'live', 'お茶の淹れ方を生配信で', '急須ひとつで変わる味を、茶師といっしょに試します。', null, 'food', null, -21, null, -14),
      ('S-rice', 'tutorial', '新米のおいしい炊き方', E'水加減は、いつもより少なめに。\n洗い方から蒸らしまで、順を追ってご案内します。', 'FOD-414', null, null, 3, 60, null),
      ('S-matcha', 'live', '抹茶を点てる夕べ', '茶筅の動かし方を、画面の前でごいっしょに。', 'TEA-402', null, null, 5, null, 12),
      ('S-bonsai', 'blog', '秋の盆栽、水やりの加減', '涼しくなると、水の乾き方が変わります。', 'BOK-802', null, null, 9, 39, null)
  ) as story (content_id, kind, title, body, product_id, category, audience, day, ends, live)
) as content
order by content_id
