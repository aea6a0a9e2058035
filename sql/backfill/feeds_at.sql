-- Who:    the state of every feed as the last hour by then found it; of now where no hour was decided by then.
-- Params: at
select coalesce((select inputs -> 'feeds' from run where plan_id is null and inputs is not null and as_of <= :at order by as_of desc, decided_at desc limit 1),
                (select jsonb_object_agg(feed, jsonb_build_object('state', state, 'reason', reason)) from feed), '{}') as feeds
