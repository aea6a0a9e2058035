-- Stops:  what a shop front (orders.source) does not let us send: nothing at all where brand.toml has no section for it, else
--         the classes its section does not list. Marketplaces forbid most of it.
-- Reason: source_not_listed | class_not_allowed. Class: all.
-- Params: sources
update candidate c
set verdict = 'dropped', reason = case when cast(:sources as jsonb) -> o.source is null then 'source_not_listed' else 'class_not_allowed' end,
    detail = jsonb_build_object('source', o.source, 'allowed', cast(:sources as jsonb) -> o.source)
from orders o
where c.verdict is null and o.order_id = c.order_id
  and not coalesce(cast(:sources as jsonb) -> o.source @> to_jsonb(c.class), false)
