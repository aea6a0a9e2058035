-- Who:    companies that order for the office.
-- Grain:  company (n from 0).
-- Params: none
create temp table base_companies as
select n - 1 as n, name
from unnest(array['株式会社青葉デザイン', '有限会社さくら工務店', '合同会社みなと企画', '株式会社ひだまり保育園', '医療法人社団若葉会',
                  '株式会社北斗システムズ', '一般社団法人まちの図書室', '株式会社髙﨑商店', '税理士法人いずみ', '株式会社うみかぜホテル']
) with ordinality as company (name, n)
