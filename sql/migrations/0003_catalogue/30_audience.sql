-- For whom campaigns and stories are: segment -> what it must be (docs/touchpoints.md, "Campaigns and stories").

alter table contents add audience jsonb;         -- null = everybody it matches
alter table contents add begins_at timestamptz;  -- of a live: when it begins; from starts_at on people are told
alter table {ns}_rec.contents add audience jsonb;
alter table {ns}_rec.contents add begins_at timestamptz;
create or replace view {ns}_asof.contents as
select * from {ns}_rec.contents where from_load <= as_of_load() and (to_load is null or to_load > as_of_load());

-- When a row was loaded: a campaign that comes late is still told.
create view {ns}_asof.load as select * from load where load_id <= as_of_load();

-- Is this value what was asked for? A list asks for one of its values, {min, max} for a number or a day between them, both included.
-- Of a list of values one must do. null is never what was asked for.
create function fits(wanted jsonb, told jsonb) returns boolean language sql immutable parallel safe as $$
  select coalesce(case
    when jsonb_typeof(told) = 'array' then exists (
      select from jsonb_array_elements(told) t where case jsonb_typeof(wanted) when 'array' then wanted @> t else wanted = t end)
    when jsonb_typeof(wanted) = 'array' then wanted @> told
    when jsonb_typeof(wanted) = 'object' then
      jsonb_typeof(told) = jsonb_typeof(coalesce(wanted -> 'min', wanted -> 'max'))
      and coalesce(told >= wanted -> 'min', true) and coalesce(told <= wanted -> 'max', true)
    else wanted = told end, false)
$$;

-- Is somebody of whom customer_facts tells this what an audience asks for? A name it does not know makes it nobody.
-- A locale is also met by its language; one that is unknown reads Japanese, as everywhere (facts/contactable).
create function meets(audience jsonb, told jsonb) returns boolean language sql immutable parallel safe as $$
  select coalesce((
    select bool_and(case
      when jsonb_typeof(told -> a.key) = 'object' then (
        select bool_and({ns}.fits(one.value, told -> a.key -> one.key)) from jsonb_each(a.value) one)
      when a.key = 'locale' then
        {ns}.fits(a.value, told -> 'locale') or {ns}.fits(a.value, to_jsonb(lower(left(coalesce(told ->> 'locale', 'ja'), 2))))
      else {ns}.fits(a.value, told -> a.key) end)
    from jsonb_each(audience) a), false)
$$;

-- Is a customer with these columns of audience_facts in the audience? No audience is everybody. Each argument is used once and
-- nothing is selected, so that the planner puts the body into the statement: what is not asked for is not looked up.
create function in_audience(audience jsonb, told jsonb, rest jsonb) returns boolean language sql immutable parallel safe as $$
  select audience is null or {ns}.meets(audience, told || case
    when audience ?| array['has_open_problem', 'last_arrival', 'last_review_score', 'survey', 'scores'] then rest else '{}' end)
$$;

create function {ns}_asof.in_audience(audience jsonb, told jsonb, rest jsonb) returns boolean language sql immutable parallel safe as
  $$ select {ns}.in_audience(audience, told, rest) $$;
