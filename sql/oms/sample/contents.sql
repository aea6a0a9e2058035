-- Who:    the shop's news about products: a recall since this morning, an update since last week; and stories of the summer.
-- Grain:  content.
-- Params: clock
select content_id, kind, title, body, url, null as locale, product_id, category, bought_from, bought_until,
       pg_temp.iso(starts_at) as starts_at, pg_temp.iso(ends_at) as ends_at
from (values
    ('N-recall-APL-604', 'recall', '電気ケトル 0.8L の自主回収と無償交換について',
     E'2026年9月上旬にご注文いただいた一部の商品で、取っ手の取り付けがゆるむおそれがあることがわかりました。\nお手数ですが、ご使用をすぐにおやめください。新しい商品と無償でお取り替えします。',
     'https://shop.invalid/notice/APL-604', 'APL-604', null, (:clock)::date - 11, (:clock)::date - 8,
     (:clock)::timestamptz - interval '90 minutes', (:clock)::timestamptz + interval '90 days'),
    ('N-update-APL-603', 'update', '加湿空気清浄機のお手入れ動画を公開しました', 'フィルターの外し方から乾かし方まで、3分でご覧いただけます。',
     'https://shop.invalid/howto/APL-603', 'APL-603', null, null, null,
     (:clock)::timestamptz - interval '7 days', (:clock)::timestamptz + interval '60 days'),
    ('N-blog-tea', 'blog', '水出し煎茶のいれかた', E'暑い日は、水でゆっくりいれたお茶がおいしく感じられます。\n茶葉の量と時間の目安を、読みものにまとめました。',
     'https://shop.invalid/stories/cold-brew', null, 'food', null, null,
     (:clock)::timestamptz - interval '80 days', (:clock)::timestamptz - interval '45 days'),
    ('N-video-skin', 'video', '夏の洗顔、朝と夜のちがい', '肌がほてる季節の洗いかたを、2分の動画でご覧いただけます。',
     'https://shop.invalid/stories/washing', null, 'cosmetics', null, null,
     (:clock)::timestamptz - interval '55 days', (:clock)::timestamptz - interval '20 days')
) as content (content_id, kind, title, body, url, product_id, category, bought_from, bought_until, starts_at, ends_at)
order by content_id
