-- Who:    the first messages a provider said yes to after the last post of a batch in doubt had ended: its events should
--         speak of them by the time they should speak of those in doubt.
-- Why:    what events settled (`found`) is no sample: it was spoken of by definition.
-- Grain:  message, at most 100.
-- Params: batch_id, post_seconds
select m.touchpoint, m.subject_id
from batch doubted
join batch b on b.channel = doubted.channel and b.provider = doubted.provider and b.state = 'done' and b.outcome ? 'results'
            and b.first_posted_at > doubted.last_posted_at + make_interval(secs => :post_seconds)
join batch_member m on m.batch_id = b.batch_id and m.outcome = 'accepted'
where doubted.batch_id = :batch_id
order by b.first_posted_at, m.batch_id, m.position
limit 100
