-- Who:    what providers told in the last four weeks of messages accepted in them.
-- Grain:  kind.
-- Params: now
select kind, count(*) as n from feedback where at > cast(:now as timestamptz) - interval '28 days' and at <= :now group by kind order by kind
