-- Who:    orders whose parcels and progress are folded again in this transaction.
-- Grain:  order.
-- Params: none
create temp table order_to_fold (order_id text primary key) on commit drop
