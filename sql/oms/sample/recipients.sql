-- Who:    recipients of gifts.
-- Grain:  (order, recipient_no).
-- Params: none
select 'TD' || lpad(i::text, 8, '0') as order_id, recipient_no, name, postal_code, region, address
from base_recipients
order by i, recipient_no
