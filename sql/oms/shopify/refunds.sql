-- Who:    money that went back. A refund that only puts goods back on the shelf has no transaction and is none.
-- Grain:  transaction.
-- Params: none
select transaction_id as refund_id, order_id, amount, at, gateway as method, _file, _line
from moved_money
where kind = 'refund'
