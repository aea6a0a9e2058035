-- Who:    the first message of each touchpoint, variant and shop front among those asked about, with what it says.
-- Grain:  touchpoint x variant x source.   words: whatever tells whose it is (facts/identifying), asked for these few alone.
-- Params: touchpoints, subjects
with first as materialized (
  select distinct on (m.touchpoint, m.variant, coalesce(o.source, 'shop')) m.*, coalesce(o.source, 'shop') as source
  from unnest(cast(:touchpoints as text[]), cast(:subjects as text[])) asked (touchpoint, subject_id)
  join message m using (touchpoint, subject_id)
  left join orders o on o.order_id = m.order_id
  where m.state = 'planned' and not m.seed
  order by m.touchpoint, m.variant, coalesce(o.source, 'shop'), m.due_at, m.subject_id
)
select f.touchpoint, f.variant, f.source, f.class, f.language, f.priority, f.due_at, f.valid_until, n.context, n.recipient,
       coalesce(w.words, '{}') as words
from first f
join message_content n using (touchpoint, subject_id)
left join lateral (select i.words from identifying i where i.customer_id = f.customer_id offset 0) w on true
order by f.touchpoint, f.variant, f.source
