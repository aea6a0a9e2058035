-- Who:    Japan's regions in the order a lorry passes them; islands are those no road leads to from the others.
-- Grain:  region, ISO 3166-2 (JIS X 0401 code).
-- Params: none
create temp table area on commit drop as
select 'JP-' || lpad(code::text, 2, '0') as region, name, place, is_island
from (values
  (1, 1, 'hokkaido', 0, true),
  (2, 7, 'tohoku', 0, false),
  (8, 14, 'kanto', 1, false),
  (15, 23, 'chubu', 2, false),
  (24, 30, 'kinki', 3, false),
  (31, 35, 'chugoku', 4, false),
  (36, 39, 'shikoku', 4, false),
  (40, 46, 'kyushu', 5, false),
  (47, 47, 'okinawa', 5, true)
) as span (first_code, last_code, name, place, is_island)
cross join lateral generate_series(first_code, last_code) as code
