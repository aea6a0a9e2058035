-- What the claim asks of each message (sql/ledger/check.sql).

-- May nothing of this touchpoint and channel leave now: an open hold, or the kill switch?
create function is_stopped(asked_touchpoint text, asked_channel text) returns boolean language sql stable as $$
  select exists (select from hold where resumed_at is null)
      or exists (select from pause where resumed_at is null
                 and (touchpoint is null or touchpoint = asked_touchpoint) and (channel is null or channel = asked_channel))
$$;
