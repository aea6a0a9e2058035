-- Who:    what these messages of one version say, and the words that tell whose they are (facts/identifying).
-- Grain:  touchpoint x subject.
-- Params: touchpoints, subjects
select m.touchpoint, m.subject_id, m.channel, m.language, m.variant, m.context,
       m.recipient || case when m.coupon is null then '{}' else jsonb_build_object('coupon', m.coupon) end as recipient,
       m.source, coalesce(w.words, '{}') as words
from unnest(cast(:touchpoints as text[]), cast(:subjects as text[])) asked (touchpoint, subject_id)
join own_message m using (touchpoint, subject_id)
left join lateral (select i.words from identifying i where i.customer_id = m.customer_id offset 0) w on true
