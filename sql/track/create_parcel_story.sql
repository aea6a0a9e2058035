-- Who:    what each scan of the parcels being folded means at its place in the story.
-- Grain:  shipment x scan.
-- Why:    a hold that gives no reason waits for the requested day before the first round, tells of an absence right after
--         one, and keeps the parcel for the customer after that. Scans of one instant count as seen together, so the
--         order of arrival is of no consequence. A problem is over once the parcel moves again.
-- Params: none
create temp table parcel_story on commit drop as
with placed as (
  select *,
         min(occurred_at) filter (where status = 'returned') over story as turned_at,
         max(occurred_at) filter (where status = 'lost') over story as lost_at,
         max(occurred_at) filter (where status in ('picked_up', 'in_transit', 'out_for_delivery', 'attempt_failed', 'delivered')) over story as moved_at,
         max(occurred_at) filter (where status = 'out_for_delivery') over so_far as round_at,
         max(occurred_at) filter (where status = 'attempt_failed') over so_far as attempt_at
  from parcel_event
  window story as (partition by shipment_id),
         so_far as (partition by shipment_id order by occurred_at range unbounded preceding)
)
select shipment_id, occurred_at, recorded_at, status, reason, eta_on, turned_at,
       coalesce(turned_at <= occurred_at, false) as is_way_back,
       case when status <> 'held_at_location' or reason is not null then status
            when round_at is null and attempt_at is null then 'planned_hold'
            when round_at > attempt_at or attempt_at is null then 'attempt_failed'
            else status end as step,
       status in ('exception', 'lost') and (moved_at is null or occurred_at >= moved_at) as is_open_problem,
       status = 'delivered' and turned_at is null and (lost_at is null or occurred_at > lost_at) as is_arrival,
       status in ('picked_up', 'in_transit', 'out_for_delivery', 'attempt_failed', 'held_at_location', 'delivered', 'returned')
         and reason is distinct from 'recipient_instruction' as is_hand_over
from placed
