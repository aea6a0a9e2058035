-- Who:    the shop's news about products: a recall since this morning, an update since last week.
-- Grain:  content.
-- Params: clock
select content_id, kind, title, body, url, null as locale, product_id, null as category, bought_from, bought_until,
       pg_temp.iso(starts_at) as starts_at, pg_temp.iso(ends_at) as ends_at
from (values
    ('N-recall-APL-604', 'recall', '電気ケトル 0.8L の自主回収と無償交換について',
     E'2026年9月上旬にご注文いただいた一部の商品で、取っ手の取り付けがゆるむおそれがあることがわかりました。\nお手数ですが、ご使用をすぐにおやめください。新しい商品と無償でお取り替えします。',
     'https://shop.invalid/notice/APL-604', 'APL-604', (:clock)::date - 11, (:clock)::date - 8,
     (:clock)::timestamptz - interval '90 minutes', (:clock)::timestamptz + interval '90 days'),
    ('N-update-APL-603', 'update', '加湿空気清浄機のお手入れ動画を公開しました', 'フィルターの外し方から乾かし方まで、3分でご覧いただけます。',
     'https://shop.invalid/howto/APL-603', 'APL-603', null, null,
     (:clock)::timestamptz - interval '7 days', (:clock)::timestamptz + interval '60 days')
) as content (content_id, kind, title, body, url, product_id, bought_from, bought_until, starts_at, ends_at)
order by content_id
