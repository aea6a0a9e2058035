-- Who:    the shop's calendar: dated campaigns of the past months and the coming weeks; one began an hour ago.
-- Grain:  campaign. What is told in it ends at midnight.
-- Params: clock
select campaign_id, title, words::text as words, audience::text as audience, 'https://shop.invalid/fair/' || lower(substr(campaign_id, 3)) as url,
       null as image_url, case when campaign_id in ('K-summer-greeting', 'K-thanks') then 'kansha' end as pool,
       pg_temp.iso((:clock)::timestamptz - interval '1 hour' + day * interval '1 day') as starts_at,
       pg_temp.iso((:clock)::timestamptz - interval '10 hours' + (day + days) * interval '1 day') as ends_at
from (values
    ('K-summer-greeting', '初夏のごあいさつ', -112, 14, '{"is_repeat": true}'::json, json_build_object(
        'ja', json_build_object('subject', '初夏の風にのせて、ごあいさつ',
                                'body', E'いつもご利用いただき、ありがとうございます。\n日ざしが強くなってきました。涼しく過ごすための品を、店の一角に集めています。', 'button', '店をのぞく'),
        'en', json_build_object('subject', 'A greeting for early summer',
                                'body', E'Thank you for coming back to us.\nThe sun is getting stronger: we have put together a corner of things for cool days.', 'button', 'Have a look'))),
    ('K-ochugen', 'お中元', -82, 21, '{"categories": ["food"]}', json_build_object(
        'ja', json_build_object('subject', 'お中元に、産地の味を', 'preheader', 'のし・包装を承ります。',
                                'body', E'お世話になった方へ、夏のごあいさつはお決まりですか。\n果汁や菓子、お茶の詰め合わせに、のしをお付けしてお届けします。', 'button', '詰め合わせを見る'),
        'en', json_build_object('subject', 'Summer gifts from where they grow', 'preheader', 'Wrapped, and with noshi paper.',
                                'body', E'Have you chosen your summer gifts?\nJuices, sweets and teas, wrapped and with noshi paper, sent wherever you like.', 'button', 'See the gift boxes'))),
    ('K-kanto-market', '夏の市', -44, 10, '{"region": ["JP-11", "JP-12", "JP-13", "JP-14"]}', json_build_object(
        'ja', json_build_object('subject', '千葉の店先で、夏の市をひらきます', 'preheader', 'お近くの方へのご案内です。',
                                'body', E'日ごろはオンラインでお会いする皆さまと、店先でお目にかかれる三日間です。\nうつわや道具を、手に取ってお選びください。', 'button', '場所と時間'))),
    ('K-after-sun', '夏の終わりの肌へ', -26, 14, '{"categories": ["cosmetics"]}', json_build_object(
        'ja', json_build_object('subject', '夏の終わりの肌に、うるおいを',
                                'body', E'強い日ざしと冷房で、肌が乾きがちな季節です。\n化粧水と美容液の使い方を、季節に合わせてご紹介します。', 'button', 'お手入れを見る'),
        'en', json_build_object('subject', 'Care for skin after summer',
                                'body', E'Sun and air conditioning have made it dry.\nHere is how lotion and serum work best at this time of the year.', 'button', 'See how'))),
    ('K-english-letter', '英語の便り', -15, 12, '{"locale": ["en"]}', json_build_object(
        'en', json_build_object('subject', 'Autumn in Japan: what we look forward to',
                                'body', E'Chestnuts, new rice, the first cool mornings.\nWe have written down what to look for in our shop this season, in English.', 'button', 'Read the letter'))),
    ('K-autumn-tea', '秋の新茶フェア', 0, 9, '{"categories": ["food"], "tier": ["gold"]}', json_build_object(
        'ja', json_build_object('subject', '秋の新茶がそろいました', 'preheader', '9月23日までのご案内です。',
                                'body', E'暑さがやわらぎ、あたたかいお茶がおいしい季節になりました。\n今年摘んだ茶葉を、産地ごとにそろえています。', 'button', '新茶を見る'),
        'en', json_build_object('subject', 'This autumn''s teas are here', 'preheader', 'Until 23 September.',
                                'body', E'The evenings are getting cooler, and tea tastes good again.\nThis year''s leaves are in, one region at a time.', 'button', 'See the teas'))),
    ('K-evening', '秋の夜の内覧会', 6, 8, '{"is_vip": true}', json_build_object(
        'ja', json_build_object('subject', '秋の夜の内覧会へ、お招きします',
                                'body', E'日ごろのご愛顧に感謝をこめて、新作をひと足早くご覧いただく夕べをひらきます。\nお席に限りがありますので、お早めにお申し込みください。', 'button', '申し込む'),
        'en', json_build_object('subject', 'An evening with our new collection',
                                'body', E'As a thank-you, we would like to show you what is new before anyone else sees it.\nSeats are few: please tell us soon.', 'button', 'Tell us you are coming'))),
    ('K-autumn-home', '秋の模様替え', 10, 14, '{"categories": ["furniture", "appliances"]}', json_build_object(
        'ja', json_build_object('subject', '秋の模様替えに、道具をひとつ',
                                'body', E'日が短くなり、家で過ごす時間が長くなります。\n明かり、椅子、棚。ひとつ替えるだけで変わる部屋を、写真でご紹介します。', 'button', '部屋を見る'),
        'en', json_build_object('subject', 'One new thing for your room',
                                'body', E'Days are shorter, and we spend more time at home.\nA lamp, a chair, a shelf: see what one thing does to a room.', 'button', 'See the rooms'))),
    ('K-thanks', 'いつものお客様へ', 14, 7, '{"orders_counted": {"min": 3}}', json_build_object(
        'ja', json_build_object('subject', 'いつもありがとうございます', 'body', '何度もご利用くださっている皆さまへ、店主より便りをお届けします。', 'button', '便りを読む')))
) as campaign (campaign_id, title, day, days, audience, words)
order by campaign_id
