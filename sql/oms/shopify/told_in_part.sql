-- Who:    fulfilments of a bulk operation whose content has to be asked for: one of several, or of an order that is not complete.
-- Grain:  fulfilment, as Shopify's global id.
-- Params: none
select f.f ->> 'id' as fulfilment
from newest_fulfilment f
join newest_order o using (order_id)
where f.has_left and not f.is_rest and not f.f ? 'fulfillmentLineItems'
  and (o.d ->> 'displayFulfillmentStatus' <> 'FULFILLED' or jsonb_array_length(o.d -> 'fulfillments') > 1)
order by f.fulfilment_id
