-- Who:    facts that loads of this period brought, by feed: how long after they happened. The first load of all brings the shop's past.
-- Grain:  feed. seconds; late: facts a run had been too early for.
-- Params: from_at, until_at
select d.feed, count(*) as facts,
       percentile_cont(0.5) within group (order by extract(epoch from l.as_of - d.happened_at)) as median,
       percentile_cont(0.95) within group (order by extract(epoch from l.as_of - d.happened_at)) as most
from dated_fact d join load_ever l using (load_id)
where l.as_of > :from_at and l.as_of <= :until_at and d.happened_at <= l.as_of
  and d.load_id > (select min(load_id) from load_ever where kind = 'merge')
group by d.feed order by median desc, d.feed
