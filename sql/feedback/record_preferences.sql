-- Effect: the last word of each customer's preference page is what counts.
-- Params: ids
insert into preference (customer_id, language, preferred_channel, birthday, paused_until, said_at, source)
select distinct on (p.customer_id)
       p.customer_id, p.language, p.preferred_channel, p.birthday, p.paused_until, f.at, 'feedback:' || f.provider
from feedback f
cross join lateral jsonb_to_record(f.raw -> 'chosen') p (customer_id text, language text, preferred_channel text, birthday date, paused_until timestamptz)
where f.kind = 'preference' and f.feedback_id = any(cast(:ids as bigint[])) and jsonb_typeof(f.raw -> 'chosen') = 'object'
order by p.customer_id, f.at desc, f.feedback_id desc
on conflict (customer_id) do update
set language = excluded.language, preferred_channel = excluded.preferred_channel, birthday = excluded.birthday,
    paused_until = excluded.paused_until, said_at = excluded.said_at, source = excluded.source, from_load = current_load()
where preference.said_at <= excluded.said_at
