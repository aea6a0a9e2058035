-- Who:    given names of several generations.
-- Grain:  name (n from 0).
-- Params: none
create temp table base_givens as
select n - 1 as n, kanji, romaji
from unnest(
    array['陽子', '美咲', '直子', '結衣', '葵', '由美子', '恵', '真由美', '千尋', '香織', '彩', '裕子', '久美子', '麻衣',
          '優花', '凛', 'さくら', 'ひかり', '智子', '典子', '明美', '紗希', '奈々', '幸子', '理恵', '瞳', '綾乃', '七海',
          '和子', '愛', '誠', '翔太', '健一', '大輔', '拓也', '直樹', '浩', '隆', '悠斗', '蓮', '陽翔', '翼', '学', '亮',
          '健太郎', '修', '聡', '雄一', '達也', '茂', '大和', '颯', '慎之介', '光', '薫', '純', '真琴', '朋美', '静香',
          '喜美恵'],
    array['yoko', 'misaki', 'naoko', 'yui', 'aoi', 'yumiko', 'megumi', 'mayumi', 'chihiro', 'kaori', 'aya', 'yuko',
          'kumiko', 'mai', 'yuka', 'rin', 'sakura', 'hikari', 'tomoko', 'noriko', 'akemi', 'saki', 'nana', 'sachiko',
          'rie', 'hitomi', 'ayano', 'nanami', 'kazuko', 'ai', 'makoto', 'shota', 'kenichi', 'daisuke', 'takuya',
          'naoki', 'hiroshi', 'takashi', 'yuto', 'ren', 'haruto', 'tsubasa', 'manabu', 'ryo', 'kentaro', 'osamu',
          'satoshi', 'yuichi', 'tatsuya', 'shigeru', 'yamato', 'hayate', 'shinnosuke', 'hikaru', 'kaoru', 'jun',
          'makoto', 'tomomi', 'shizuka', 'kimie']
) with ordinality as name (kanji, romaji, n)
