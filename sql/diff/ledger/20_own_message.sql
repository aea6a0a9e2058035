-- Effect: what one version decided so far, with all that it says. Columns of the ledger, then those of the message.
-- Grain:  touchpoint x subject.
-- Params: none
create temporary table own_message as
select m.*, null::jsonb as context, null::jsonb as recipient, null::jsonb as coupon, null::text as source from message m where false
