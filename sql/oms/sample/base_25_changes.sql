-- Who:    what buyers changed of an order after they placed it: another house, an hour of the day after all.
-- Grain:  (i, kind). The drop shows an order as it stood at `known`.
-- Params: none
create temp table base_changes as
with change as (
    select i, kind, date_trunc('minute', coalesce(o.paid_at, o.placed_at) + c.after) as at, o.shipped_at
    from base_orders as o
    cross join lateral (values
        ('address', case when o.recipients = 0 and pg_temp.u(o.i, 'moves') < 0.03 then (2 + 20 * pg_temp.u(o.i, 'moves after')) * interval '1 hour' end),
        ('slot', case when o.requested_slot is not null and pg_temp.u(o.i, 'asks later') < 0.12 then (2 + 20 * pg_temp.u(o.i, 'asks after')) * interval '1 hour' end)
    ) as c (kind, after)
    where c.after is not null and o.cancelled_at is null
)
select i, kind, at from change where at < shipped_at - interval '2 hours'
