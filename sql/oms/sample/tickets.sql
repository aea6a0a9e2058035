-- Who:    questions customers asked support about an order; some are still open at the clock.
-- Grain:  ticket.
-- Params: clock
with ticket as (
    select i, person, date_trunc('minute', placed_at + (0.5 + 12 * pg_temp.u(i, 'asks after')) * interval '1 day') as opened_at,
           (2 + 120 * power(pg_temp.u(i, 'answered after'), 2)) * interval '1 hour' as takes,
           pg_temp.u(i, 'never closed') < 0.08 as is_forgotten
    from base_orders
    where person > 0 and pg_temp.u(i, 'ticket') < 0.03
)
select 'K' || lpad(i::text, 8, '0') as ticket_id, 'C' || lpad(person::text, 8, '0') as customer_id, 'TD' || lpad(i::text, 8, '0') as order_id,
       (array['email', 'phone', 'line'])[1 + i % 3] as channel, pg_temp.iso(opened_at) as opened_at,
       case when not is_forgotten and opened_at + takes <= (:clock)::timestamptz then pg_temp.iso(date_trunc('minute', opened_at + takes)) end as closed_at,
       (array['where is my order', 'product question', 'damaged', 'change of address'])[1 + i % 4] as topic
from ticket
where opened_at <= (:clock)::timestamptz
order by i
