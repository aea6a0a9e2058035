-- Who:    the shop's dated campaigns: one that began this morning, and one of the summer that is over.
-- Grain:  campaign.
-- Params: clock
select campaign_id, title, words::text as words, audience::text as audience, url, null as image_url, null as pool,
       pg_temp.iso(starts_at) as starts_at, pg_temp.iso(ends_at) as ends_at
from (values
    ('K-autumn-tea', '秋の新茶フェア', json_build_object(
        'ja', json_build_object('subject', '秋の新茶がそろいました', 'preheader', '9月23日までのご案内です。',
                                'body', E'暑さがやわらぎ、あたたかいお茶がおいしい季節になりました。\n今年摘んだ茶葉を、産地ごとにそろえています。',
                                'button', '新茶を見る'),
        'en', json_build_object('subject', 'This autumn''s teas are here', 'preheader', 'Until 23 September.',
                                'body', E'The evenings are getting cooler, and tea tastes good again.\nThis year''s leaves are in, one region at a time.',
                                'button', 'See the teas')),
     json_build_object('categories', json_build_array('food')), 'https://shop.invalid/fair/tea',
     (:clock)::timestamptz - interval '1 hour', (:clock)::timestamptz + interval '8 days'),
    ('K-summer-linen', '夏の麻まつり', json_build_object(
        'ja', json_build_object('subject', '涼しい麻のある暮らし', 'preheader', '7月末までのご案内です。',
                                'body', E'汗ばむ季節になりました。\n風を通す麻のシャツや寝具を、色とりどりにご用意しています。',
                                'button', '麻の品を見る'),
        'en', json_build_object('subject', 'Linen for warm days', 'preheader', 'Until the end of July.',
                                'body', E'The warm days are here.\nShirts and bedding of linen let the breeze through. They come in many colours.',
                                'button', 'See the linen')),
     null, 'https://shop.invalid/fair/linen',
     (:clock)::timestamptz - interval '62 days', (:clock)::timestamptz - interval '46 days')
) as campaign (campaign_id, title, words, audience, url, starts_at, ends_at)
order by campaign_id
