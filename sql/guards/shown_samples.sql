-- Who:    a few messages of a plan to show: one of each touchpoint, channel and language first.
-- Grain:  message.   words: whatever tells whose it is (facts/identifying), asked for these few alone.
-- Params: plan_id, most
with chosen as materialized (
  select *
  from (
    select m.*, row_number() over (partition by m.touchpoint, m.channel, m.language order by m.subject_id) as place
    from release_member r join message m using (touchpoint, subject_id)
    where r.plan_id = :plan_id
  ) p
  order by place, touchpoint, channel, language, subject_id
  limit :most
)
select p.touchpoint, p.channel, p.language, p.variant, n.context, n.recipient, o.source, coalesce(w.words, '{}') as words
from chosen p
join message_content n using (touchpoint, subject_id)
left join orders o on o.order_id = p.order_id
left join lateral (select i.words from identifying i where i.customer_id = p.customer_id offset 0) w on true
order by p.place, p.touchpoint, p.channel, p.language, p.subject_id
