-- Who:    decisions of a replay (the temporary table candidate) that are not those of the record, and the reverse.
-- Grain:  kind x touchpoint x subject.   recorded, replayed: what differs, null where there is no such decision.
-- Params: run_id, touchpoints
with replayed as (
  select case verdict when 'waiting' then 'waiting' else 'message' end as kind, touchpoint, subject_id,
         case verdict when 'waiting' then jsonb_build_object('reason', reason, 'detail', detail)
              else jsonb_build_object(
                'state', coalesce(verdict, 'planned'), 'reason', reason, 'class', class, 'channel', coalesce(channel, channels[1]),
                'language', coalesce(language, 'ja'), 'variant', variant, 'priority', priority, 'context', case when verdict is null or verdict = 'approval' then context - 'covers' end,
                'coupon', case when verdict is null or verdict = 'approval' then coupon ->> 'code' end) end
         || jsonb_build_object('customer_id', customer_id, 'order_id', order_id, 'due_at', due_at, 'valid_until', valid_until) as told
  from candidate
  where verdict is null or verdict in ('held_out', 'approval', 'expired', 'waiting')
), recorded as (
  select 'message' as kind, touchpoint, subject_id,
         jsonb_build_object(
           'state', state, 'reason', reason, 'class', class, 'channel', channel, 'language', language, 'variant', variant,
           'priority', priority, 'context', context, 'coupon', coupon, 'customer_id', customer_id, 'order_id', order_id, 'due_at', due_at,
           'valid_until', valid_until) as told
  from decided_message where run_id = :run_id
  union all
  select 'waiting', touchpoint, subject_id,
         jsonb_build_object('reason', reason, 'detail', detail, 'customer_id', customer_id, 'order_id', order_id, 'due_at', due_at,
                            'valid_until', valid_until)
  from decided_waiting where touchpoint = any(:touchpoints)
)
select kind, touchpoint, subject_id, r.told is not null as is_recorded, p.told is not null as is_replayed, d.recorded, d.replayed
from recorded r
full join replayed p using (kind, touchpoint, subject_id)
left join lateral (
  select jsonb_object_agg(key, r.told -> key) as recorded, jsonb_object_agg(key, p.told -> key) as replayed
  from jsonb_object_keys(r.told) key where r.told -> key is distinct from p.told -> key and p.told is not null
) d on true
where r.told is distinct from p.told
order by kind, touchpoint, subject_id
