-- Who:    money received: sales, and authorisations once they are captured.
-- Grain:  transaction.
-- Params: none
select transaction_id as payment_id, order_id, amount, at, gateway as method, _file, _line
from moved_money
where kind in ('sale', 'capture')
