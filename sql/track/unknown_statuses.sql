-- Who:    words of one run's new scans that nobody mapped.
-- Grain:  carrier x word.
-- Params: run_id
select e.carrier, e.raw_status as word, count(*) as scans
from load l
join tracking_events e using (load_id)
where l.run_id = :run_id and e.status = 'unknown'
group by e.carrier, e.raw_status
order by scans desc, e.carrier, e.raw_status
