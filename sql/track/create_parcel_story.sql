-- Who:    what each scan of the parcels being folded means at its place in the story.
-- Grain:  shipment x scan. attempt: key of the failed attempt a scan tells of; scans of one attempt share it.
-- Why:    a hold that gives no reason waits for the requested day before the first round, tells of an absence right after
--         one, and keeps the parcel for the customer after that. Scans of one instant count as seen together, so the
--         order of arrival is of no consequence. A problem is over once the parcel moves again.
--         A delivery that another round or attempt follows was one to the wrong door (誤配): it is undone. Scans of one
--         visit come in any order, hence half an hour. Brought back without a reason after a round that ended with one is
--         the same attempt.
-- Params: none
create temp table parcel_story on commit drop as
with placed as (
  select *,
         min(occurred_at) filter (where status = 'returned') over story as turned_at,
         max(occurred_at) filter (where status = 'lost') over story as lost_at,
         max(occurred_at) filter (where status in ('picked_up', 'in_transit', 'out_for_delivery', 'attempt_failed', 'delivered')) over story as moved_at,
         max(occurred_at) filter (where status in ('out_for_delivery', 'attempt_failed')) over story as tried_at,
         max(occurred_at) filter (where status = 'out_for_delivery') over so_far as round_at,
         max(occurred_at) filter (where status = 'attempt_failed') over so_far as attempt_at,
         max(occurred_at) filter (where status = 'attempt_failed' and reason is not null) over so_far as explained_at
  from parcel_event
  window story as (partition by shipment_id),
         so_far as (partition by shipment_id order by occurred_at range unbounded preceding)
), told as (
  select *,
         coalesce(turned_at <= occurred_at, false) as is_way_back,
         case when status <> 'held_at_location' or reason is not null then status
              when round_at is null and attempt_at is null then 'planned_hold'
              when round_at > attempt_at or attempt_at is null then 'attempt_failed'
              else status end as step,
         status = 'delivered' and coalesce(tried_at > occurred_at + interval '30 minutes', false) as is_undone
  from placed
)
select shipment_id, occurred_at, recorded_at, status, reason, eta_on, turned_at, is_way_back, step,
       case when step <> 'attempt_failed' or is_way_back then null
            when status <> 'attempt_failed' then round_at
            when reason is null and explained_at >= round_at then explained_at
            else occurred_at end as attempt,
       status in ('exception', 'lost') and (moved_at is null or occurred_at >= moved_at) as is_open_problem,
       status = 'delivered' and turned_at is null and not is_undone and (lost_at is null or occurred_at > lost_at) as is_arrival,
       case when is_undone then tried_at end as undone_at,
       status in ('picked_up', 'in_transit', 'out_for_delivery', 'attempt_failed', 'held_at_location', 'delivered', 'returned')
         and reason is distinct from 'recipient_instruction' as is_hand_over
from told
