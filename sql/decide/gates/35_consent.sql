-- Stops:  marketing without consent on record, and service mail whose topic was opted out of.
-- Reason: no_consent | opted_out. Class: M | S.
-- Params: none
update candidate c
set verdict = 'dropped', reason = case c.class when 'M' then 'no_consent' else 'opted_out' end,
    detail = jsonb_build_object('class', c.class)
where c.verdict is null
  and ((c.class = 'M' and not exists (select from marketing_consent m where m.customer_id = c.customer_id))
       or (c.class in ('S', 'M') and exists (select from consent_now n where n.customer_id = c.customer_id
                                             and n.topic = c.touchpoint and not n.granted)))
