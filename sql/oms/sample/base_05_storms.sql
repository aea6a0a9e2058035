-- Who:    storms of the past summer that kept parcels from their last way: who would have arrived from first_on on came on clear_on.
-- Grain:  region, one storm each. Warnings stood from begins_at to ends_at, with what they said.
-- Params: none
create temp table base_storms as
select 'JP-' || lpad(n::text, 2, '0') as region, kind, severity, first_on, clear_on, begins_at::timestamptz, ends_at::timestamptz, headline_ja, headline_en
from (values
    (29, 39, 'typhoon', 'emergency', date '2026-08-18', date '2026-08-21', '2026-08-17T15:00:00+09:00', '2026-08-20T13:00:00+09:00', '暴風特別警報（台風第11号）', 'Storm emergency warning (Typhoon No. 11)'),
    (24, 28, 'typhoon', 'warning', date '2026-08-18', date '2026-08-21', '2026-08-17T18:00:00+09:00', '2026-08-20T13:00:00+09:00', '暴風警報（台風第11号）', 'Storm warning (Typhoon No. 11)'),
    (40, 46, 'heavy_rain', 'emergency', date '2026-07-16', date '2026-07-19', '2026-07-15T18:00:00+09:00', '2026-07-18T13:00:00+09:00', '大雨特別警報', 'Heavy rain emergency warning')
) as storm (lowest, highest, kind, severity, first_on, clear_on, begins_at, ends_at, headline_ja, headline_en)
cross join lateral generate_series(lowest, highest) as n
