-- Who:    every statement of the sample shop that needs chance.
-- Grain:  a number in [0, 1) for (key, topic): the same for the same seed, independent between topics.
-- Params: seed
-- Why:    random() would depend on plan and order; a hash of the key does not. Inlined, so the topic's hash is a constant.
create function pg_temp.u(key bigint, topic text) returns double precision
language sql immutable parallel safe as $$
    select (hashint8extended(key, hashtextextended(topic, :seed)) & 9007199254740991)::double precision
           / 9007199254740992.0
$$
