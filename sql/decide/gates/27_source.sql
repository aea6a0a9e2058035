-- Stops:  what a shop front (orders.source) does not let us send: nothing at all where brand.toml has no section for it, else
--         the classes its section does not list. Marketplaces forbid most of it.
-- Reason: source_not_listed | class_not_allowed. Class: all.
-- Why:    what is about no order (a birthday, a campaign) asks for all orders of its customer: who only ever bought at a marketplace is
--         the marketplace's customer.
-- Params: sources
with asked as (
  select d.touchpoint, d.subject_id, d.class, o.source, o.placed_at, o.order_id
  from candidate d join orders o on o.order_id = d.order_id
  where d.verdict is null
  union all
  select d.touchpoint, d.subject_id, d.class, o.source, o.placed_at, o.order_id
  from candidate d join orders o on o.customer_id = d.customer_id
  where d.verdict is null and d.order_id is null
), found as (
  select touchpoint, subject_id, (array_agg(source order by placed_at desc, order_id))[1] as source
  from asked
  group by touchpoint, subject_id
  having not bool_or(coalesce(cast(:sources as jsonb) -> source @> to_jsonb(class), false))
)
update candidate c
set verdict = 'dropped', reason = case when cast(:sources as jsonb) -> f.source is null then 'source_not_listed' else 'class_not_allowed' end,
    detail = jsonb_build_object('source', f.source, 'allowed', cast(:sources as jsonb) -> f.source)
from found f
where c.verdict is null and c.touchpoint = f.touchpoint and c.subject_id = f.subject_id
