-- Who:    the words that tell who a person is, of all their ids: hidden wherever they stand in what somebody said.
-- Params: customer_ids
select words from identifying where customer_id = any(cast(:customer_ids as text[]))
