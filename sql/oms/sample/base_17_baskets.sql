-- Who:    what a basket is worth and how it can travel.
-- Grain:  order number i.
-- Params: none
create temp table base_baskets as
select i, max(recipients) as recipients, max(ship_no) as parcels,
       sum(quantity * price) as subtotal,
       coalesce(sum(quantity * price) filter (where tax_rate = 0.08), 0) as reduced,
       sum(cancelled_quantity * price) as cancelled_amount,
       bool_or(cool) as cool, bool_and(mail) and sum(quantity) <= 2 as mail
from base_lines
group by i
