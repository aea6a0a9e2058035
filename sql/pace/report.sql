-- Who:    a provider that was called: did its answer prove anything?
-- Effect: so many answers without proof in a row open its circuit; a good one closes it.
-- Params: provider, failed, failures, pause_seconds
update provider_pace
set failures = case when :failed then failures + 1 else 0 end,
    open_until = case when :failed and failures + 1 >= :failures then clock_timestamp() + make_interval(secs => :pause_seconds)
                      when :failed then open_until end
where provider = :provider and (:failed or failures > 0 or open_until is not null)
