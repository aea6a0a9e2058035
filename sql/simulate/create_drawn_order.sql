-- Effect: an empty table for what was drawn (tasks/proof/simulate_draw.py).
-- Grain:  order.
-- Params: none
create temp table drawn_order (
  kind text not null, number bigint, order_id text, donor_id text not null, placed_at timestamptz, person bigint,
  customer_id text, like_id text, luck float8 not null
) on commit drop
