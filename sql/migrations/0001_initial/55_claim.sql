-- What the claim asks of each message (sql/ledger/check.sql).

-- May nothing of this touchpoint and channel leave now: an open hold, or the kill switch?
create function is_stopped(asked_touchpoint text, asked_channel text) returns boolean language sql stable as $$
  select exists (select from hold where resumed_at is null)
      or exists (select from pause where resumed_at is null
                 and (touchpoint is null or touchpoint = asked_touchpoint) and (channel is null or channel = asked_channel))
$$;

-- Would this service or marketing message be one too many? Counts what was planned before it, and other tools' pressure,
-- per customer and per address; limits as in sql/decide/gates/75_pressure.sql. At the same instant S goes before M and the
-- higher priority first, hence the columns that stand on the other side of the comparison.
create function over_cap(asked message, now_at timestamptz) returns boolean language sql stable as $$
  with near as (
    select 'customer' as kind, m.* from message m where m.customer_id = asked.customer_id and m.planned_at > now_at - interval '7 days'
    union all
    select 'address', m.* from message m where m.address_key = asked.address_key and m.planned_at > now_at - interval '7 days'
  ), before as (
    select kind, class, planned_at as at
    from near
    where class in ('S', 'M') and state not in ('rejected', 'expired', 'cancelled')
      and (planned_at, asked.class, asked.priority, due_at, touchpoint, subject_id)
        < (asked.planned_at, class, priority, asked.due_at, asked.touchpoint, asked.subject_id)
    union all
    select 'customer', 'M', p.at from pressure p
    where p.customer_id = asked.customer_id and p.at > now_at - interval '7 days' and p.at <= now_at
  ), used as (
    select count(*) filter (where at > now_at - interval '24 hours') as any_day,
           count(*) filter (where class = 'M' and at > now_at - interval '24 hours') as marketing_day,
           count(*) filter (where class = 'M') as marketing_week
    from before group by kind
  )
  select exists (
    select from used
    where (asked.class = 'S' and any_day >= 2)
       or (asked.class = 'M' and (marketing_day >= 1 or marketing_week >=
             case when (select min(placed_at) from order_progress g where g.customer_id = asked.customer_id) > now_at - interval '30 days'
                  then 1 else 3 end)))
$$;
