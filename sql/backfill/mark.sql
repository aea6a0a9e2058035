-- Who:    everything that was due by then, whatever its checks and gates say: handled elsewhere, and never planned again.
-- Why:    cancelled counts against no cap and nobody reads it as sent. A check that fails today may hold tomorrow.
-- Params: until
update candidate
set verdict = 'cancelled', reason = 'marked', valid_until = coalesce(valid_until, due_at), variant = coalesce(variant, 'plain')
where due_at <= :until and customer_id is not null
