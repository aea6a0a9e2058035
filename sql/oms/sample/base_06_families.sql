-- Who:    family names, most frequent first; with the character forms that break naive systems (髙, 﨑, 邉, 𠮷, 濵).
-- Grain:  name (n from 0).
-- Params: none
create temp table base_families as
select n - 1 as n, kanji, romaji
from unnest(
    array['佐藤', '鈴木', '髙橋', '田中', '伊藤', '渡辺', '山本', '中村', '小林', '加藤', '吉田', '山田', '佐々木', '山口',
          '松本', '井上', '木村', '林', '斎藤', '清水', '山崎', '森', '池田', '橋本', '阿部', '石川', '山下', '中島', '石井',
          '小川', '前田', '岡田', '長谷川', '藤田', '後藤', '近藤', '村上', '遠藤', '青木', '坂本', '比嘉', '金城', '大城',
          '宮城', '福田', '西村', '太田', '三浦', '藤原', '松田', '髙﨑', '渡邉', '渡邊', '齋藤', '𠮷田', '山﨑', '濵田',
          '五十嵐', '小笠原', '勅使河原'],
    array['sato', 'suzuki', 'takahashi', 'tanaka', 'ito', 'watanabe', 'yamamoto', 'nakamura', 'kobayashi', 'kato',
          'yoshida', 'yamada', 'sasaki', 'yamaguchi', 'matsumoto', 'inoue', 'kimura', 'hayashi', 'saito', 'shimizu',
          'yamazaki', 'mori', 'ikeda', 'hashimoto', 'abe', 'ishikawa', 'yamashita', 'nakajima', 'ishii', 'ogawa',
          'maeda', 'okada', 'hasegawa', 'fujita', 'goto', 'kondo', 'murakami', 'endo', 'aoki', 'sakamoto', 'higa',
          'kinjo', 'oshiro', 'miyagi', 'fukuda', 'nishimura', 'ota', 'miura', 'fujiwara', 'matsuda', 'takasaki',
          'watanabe', 'watanabe', 'saito', 'yoshida', 'yamasaki', 'hamada', 'igarashi', 'ogasawara', 'teshigawara']
) with ordinality as name (kanji, romaji, n)
