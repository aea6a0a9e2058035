-- Who:    warnings for the typhoon of September 2026, one of them replaced by a worse one, and those of storms that are over.
-- Grain:  warning of one prefecture. until_at null = until further notice.
-- Params: none
select hazard_id, kind, severity, region, from_at, until_at, headline_ja, headline_en, 'sample' as source, supersedes
from (values
    ('W-0911-47A', 'typhoon', 'advisory', 'JP-47', '2026-09-11T06:00:00+09:00', '2026-09-12T00:00:00+09:00', '強風注意報（沖縄本島地方）', 'Gale advisory (Okinawa)', null),
    ('W-0912-47W', 'typhoon', 'emergency', 'JP-47', '2026-09-12T00:00:00+09:00', '2026-09-15T18:00:00+09:00', '暴風特別警報（台風第18号）', 'Storm emergency warning (Typhoon No. 18)', 'W-0911-47A'),
    ('W-0912-46W', 'typhoon', 'warning', 'JP-46', '2026-09-12T18:00:00+09:00', '2026-09-15T21:00:00+09:00', '暴風警報（台風第18号）', 'Storm warning (Typhoon No. 18)', null),
    ('W-0912-45W', 'typhoon', 'warning', 'JP-45', '2026-09-12T18:00:00+09:00', '2026-09-15T21:00:00+09:00', '暴風警報（台風第18号）', 'Storm warning (Typhoon No. 18)', null),
    ('W-0912-43W', 'typhoon', 'warning', 'JP-43', '2026-09-12T21:00:00+09:00', '2026-09-16T00:00:00+09:00', '暴風警報（台風第18号）', 'Storm warning (Typhoon No. 18)', null),
    ('W-0913-42W', 'typhoon', 'warning', 'JP-42', '2026-09-13T00:00:00+09:00', '2026-09-16T00:00:00+09:00', '暴風警報（台風第18号）', 'Storm warning (Typhoon No. 18)', null),
    ('W-0913-44W', 'heavy_rain', 'warning', 'JP-44', '2026-09-13T00:00:00+09:00', '2026-09-16T06:00:00+09:00', '大雨警報（台風第18号）', 'Heavy rain warning (Typhoon No. 18)', null),
    ('W-0913-41W', 'heavy_rain', 'warning', 'JP-41', '2026-09-13T06:00:00+09:00', null, '大雨警報（台風第18号）', 'Heavy rain warning (Typhoon No. 18)', null),
    ('W-0913-40W', 'typhoon', 'warning', 'JP-40', '2026-09-13T06:00:00+09:00', '2026-09-16T12:00:00+09:00', '暴風警報（台風第18号）', 'Storm warning (Typhoon No. 18)', null),
    ('W-0914-39A', 'heavy_rain', 'advisory', 'JP-39', '2026-09-14T12:00:00+09:00', null, '大雨注意報', 'Heavy rain advisory', null),
    ('W-0905-07W', 'heavy_rain', 'warning', 'JP-07', '2026-09-05T15:00:00+09:00', '2026-09-06T03:00:00+09:00', '大雨警報', 'Heavy rain warning', null)
) as hazard (hazard_id, kind, severity, region, from_at, until_at, headline_ja, headline_en, supersedes)
union all
select 'W-' || to_char(first_on, 'MMDD') || '-' || right(region, 2), kind, severity, region, pg_temp.iso(begins_at), pg_temp.iso(ends_at), headline_ja, headline_en,
       'sample', null
from base_storms
order by hazard_id
