-- Who:    every customer as audiences ask for them (migrations/0003_catalogue/30_audience.sql): segments by name.
-- Grain:  customer_id.
-- Why:    rest is what needs look-ups of its own: all of it costs a customer ten times what told does, and few audiences ask.
-- Params: none
select f.customer_id, f.first_order_id, f.language,
       jsonb_build_object(
         'order_number', f.order_number, 'orders_counted', f.orders_counted, 'is_new', f.is_new, 'is_repeat', f.is_repeat,
         'is_vip', f.is_vip, 'tier', f.tier, 'lifetime_spend', f.lifetime_spend, 'currency', f.currency,
         'days_since_first_order', f.days_since_first_order, 'own_interval_days', f.own_interval_days,
         'next_order_on', f.next_order_on, 'categories', f.categories, 'preferred_channel', f.preferred_channel,
         'locale', f.locale, 'region', f.region, 'newsletter', f.newsletter) as told,
       jsonb_build_object(
         'has_open_problem', f.has_open_problem, 'last_arrival', f.last_arrival, 'last_review_score', f.last_review_score,
         'survey', f.survey, 'scores', f.scores) as rest
from customer_facts f
