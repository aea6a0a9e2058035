-- Who:    a sealed batch: the exact bytes that will be posted, retried and archived.
-- Params: channel, provider, class, members, versions, body, body_hash, as_of, run_id
insert into batch (batch_id, channel, provider, class, state, members, versions, body, body_hash, as_of, run_id)
values (gen_random_uuid(), :channel, :provider, :class, 'sealed', :members, cast(:versions as jsonb), :body, :body_hash, :as_of, :run_id)
returning batch_id
