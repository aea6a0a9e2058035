-- Who:    whether a person resumed a hold of this kind after the last good run: that run may go on once.
-- Params: kind
select exists (
  select from hold h
  where h.kind = :kind and h.resumed_at is not null
    and h.resumed_at > coalesce((select max(decided_at) from run where plan_id is null and not is_express), '-infinity'))
