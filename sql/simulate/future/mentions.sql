-- Who:    posts about the shop, as in the four weeks before.
-- Grain:  mention.
-- Params: now, days
create temp table future_mentions on commit drop as
select m.at + make_interval(days => 28 * n) as known_at, m.mention_id || '+' || n as mention_id, m.platform, m.at + make_interval(days => 28 * n) as at,
       m.author, m.customer_id, m.url, m.text, m.has_photo
from mentions m
cross join generate_series(1, 1 + :days / 28) n
where m.at > cast(:now as timestamptz) - interval '28 days' and m.at <= :now
